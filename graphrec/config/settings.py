"""What a run's training depends on, flat; and the digest of a study's parameters."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from graphrec.config.errors import ParamsError
from graphrec.config.params import Params, select_run

Flat = dict[str, str | int | float | bool]
MODELS = ("ngcf", "ngcf_final", "lightgcn")


def run_settings(params: Params, name: str) -> Flat:
    """Everything that the training of a run depends on, flat: {"train.epochs": 100, …}."""
    run = select_run(params, name)
    dataset = params.datasets[run.dataset]
    tree = {
        "seed": params.seed,
        "threads": params.threads,
        "device": params.device,
        "run": run.model_dump(),
        "train": params.train.model_dump(),
        "dataset": dataset.model_dump(),
        "hyperparameters": params.of(run).model_dump(exclude=set(MODELS) - {run.model}),
    }
    if run.model == "ngcf_final":
        unused = None if dataset.ratings else {"rating"}
        tree["filters"] = params.filters.model_dump(exclude=unused)
    return dict(flatten(tree))


def check_trained_with(trained: Flat, wanted: Flat, name: str) -> None:
    """Raises ParamsError where a run was trained with other settings than params.yaml has now."""
    for key in sorted(trained.keys() | wanted.keys()):
        if trained.get(key) != wanted.get(key):
            raise ParamsError(
                f"expected {name} trained with {key} {wanted.get(key)}, as params.yaml says, got "
                f"{trained.get(key)}: run `dvc repro train@{name}` first"
            )


def study_key(params: Params) -> str:
    """Names the parameters that models are made with, in eight letters.

    The number of workers is none of them: many make what one makes.
    """
    tree = params.model_dump(exclude={"archives": True, "runs": True, "train": {"workers"}})
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()[:8]


def flatten(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys and values of the leaves; a list is its text, and nothing is left out."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{key}.")
        elif value is not None:
            yield f"{prefix}{key}", str(value) if isinstance(value, list) else value
