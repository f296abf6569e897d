"""The parameters, checked once, before any work. The one reader of params.yaml."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from graphrec.config.sections import Params, RunParams

RUN_NAME = re.compile(r"[a-z][a-z0-9-]*")
MODELS = {"ngcf", "ngcf_final", "lightgcn"}
SAMPLING = ("lightgcn", "ngcf")
"""Models that can be trained on a part of the graph; NGCF_Final's filters are of the whole."""


class ParamsError(ValueError):
    """params.yaml holds something else than it should; the message names key, value and choice."""


def load_params(path: Path = Path("params.yaml")) -> Params:
    """Read and check the file. Raises ParamsError, which lists every fault in it."""
    try:
        tree = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise ParamsError(f"expected readable YAML in {path}, got {error}") from error
    return check_params(tree, str(path))


def check_params(tree: Any, source: str = "params.yaml") -> Params:
    try:
        params = Params.model_validate(tree)
    except ValidationError as error:
        faults = [_describe(fault) for fault in error.errors(include_url=False)]
        raise ParamsError("\n".join(f"{source}: {fault}" for fault in faults)) from error
    for name in params.runs:
        if not RUN_NAME.fullmatch(name):
            raise ParamsError(
                f"{source}: runs.{name}: expected a name of lower-case letters, digits and hyphens "
                f"that starts with a letter, got {name!r}"
            )
    return params


def _describe(fault: Any) -> str:
    key = ".".join(map(str, fault["loc"])) or "the whole file"
    if fault["type"] == "extra_forbidden":
        return f"{key}: expected only known keys, got {fault['input']!r} under an unknown one"
    if fault["type"] == "missing":
        return f"{key}: expected a value, the key is missing"
    return f"{key}: {fault['msg']}, got {fault['input']!r}"


def select_run(params: Params, name: str) -> RunParams:
    """The run of that name. Raises ParamsError, which lists the known ones."""
    if name not in params.runs:
        raise ParamsError(
            f"run {name!r} is not in params.yaml; known runs: {', '.join(params.runs)}"
        )
    return params.runs[name]


def check_num_neighbors(run: RunParams, num_neighbors: list[int]) -> None:
    """Raise ParamsError unless the run can be trained with these `train.num_neighbors`."""
    if not num_neighbors:
        return
    if run.model not in SAMPLING:
        raise ParamsError(
            f"train.num_neighbors: expected [] for the model {run.model!r}, which needs the whole "
            f"graph, got {num_neighbors}; it can be sampled for: {', '.join(SAMPLING)}"
        )
    if len(num_neighbors) != run.layers:
        raise ParamsError(
            f"train.num_neighbors: expected [] or a number for each of the run's layers "
            f"({run.layers}), got {num_neighbors}"
        )


def run_settings(params: Params, name: str) -> dict[str, str | int | float | bool]:
    """Everything that the training of a run depends on, flat: {"train.epochs": 100, …}."""
    run = select_run(params, name)
    tree = {
        "seed": params.seed,
        "threads": params.threads,
        "device": params.device,
        "run": run.model_dump(),
        "train": params.train.model_dump(),
        **params.of(run.dataset).model_dump(
            exclude={"ngcf", "ngcf_final", "lightgcn", "time_aware"} - {run.model}
        ),
        "evaluate": {"relevant_rating": params.evaluate.relevant_rating},
    }
    return dict(_flatten(tree))


def study_key(params: Params) -> str:
    """Names the parameters that models are made with, in eight letters."""
    tree = params.model_dump(include={"seed", "threads", "train", "movielens", "imdb", "evaluate"})
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()[:8]


def _flatten(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value) if isinstance(value, list) else value
