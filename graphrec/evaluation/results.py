"""Evaluations of validation and test side by side, on disk."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from graphrec.config.errors import FileError
from graphrec.config.files import write_text
from graphrec.config.params import Params
from graphrec.config.training import RunParams
from graphrec.data.arrays import read_arrays, write_arrays
from graphrec.data.dataset import Dataset
from graphrec.data.interactions import HeldOut
from graphrec.evaluation.bootstrap import UserSums
from graphrec.evaluation.evaluate import Evaluation, Protocol, Risk, evaluate_model
from graphrec.evaluation.ranking import Seen
from graphrec.evaluation.scorers import PredictsLabels, RanksItems

PARTS = ("user", "total", "count")
"""Of a measure in a file of users."""


def protocol_of(params: Params, data: Dataset) -> Protocol:
    """How `params` wants the measures of a data set taken."""
    options = params.evaluate
    return Protocol(data.about.ratings, options.k, options.n_resamples, params.seed)


def risk_of(run: RunParams, params: Params) -> Risk:
    """What the run minimises."""
    return Risk(params.train.log_error_weight if run.risk == "total" else 0.0)


def evaluate_parts(
    model: RanksItems | PredictsLabels,
    data: Dataset,
    test: HeldOut,
    protocol: Protocol,
    risk: Risk | None = None,
) -> dict[str, Evaluation]:
    """`valid` and `test`; items of the earlier parts are not ranked again."""
    return {
        "valid": evaluate_valid(model, data, protocol, risk),
        "test": evaluate_test(model, data, test, protocol, risk),
    }


def evaluate_valid(
    model: RanksItems | PredictsLabels, data: Dataset, protocol: Protocol, risk: Risk | None = None
) -> Evaluation:
    """Validation measures; the training items are not ranked again."""
    seen = Seen([data.train], data.num_users)
    return _evaluate(model, data, data.valid, seen, protocol, risk)


def evaluate_test(
    model: RanksItems | PredictsLabels,
    data: Dataset,
    test: HeldOut,
    protocol: Protocol,
    risk: Risk | None = None,
) -> Evaluation:
    """Test measures; the training and validation items are not ranked again."""
    seen = Seen([data.train, data.valid.interactions], data.num_users)
    return _evaluate(model, data, test, seen, protocol, risk)


def _evaluate(
    model: RanksItems | PredictsLabels,
    data: Dataset,
    held_out: HeldOut,
    seen: Seen,
    protocol: Protocol,
    risk: Risk | None,
) -> Evaluation:
    popularity = np.bincount(data.train.item, minlength=data.num_items)
    relevant = data.relevant(held_out.interactions)
    return evaluate_model(model, held_out, relevant, seen, popularity, protocol, risk)


def as_json(parts: dict[str, Evaluation]) -> dict[str, Any]:
    """Values of both parts, and the standard errors of the test values."""
    return {
        "valid": parts["valid"].values,
        "test": parts["test"].values,
        "test_standard_error": parts["test"].standard_errors,
    }


def save_json(path: Path, tree: Any) -> None:
    """Write finite numbers only. Raises ValueError on another."""
    write_text(path, json.dumps(tree, indent=2, allow_nan=False, sort_keys=True) + "\n")


def save_users(path: Path, evaluation: Evaluation) -> None:
    """Per-user totals and counts of each measure, for paired tests between runs."""
    arrays = {
        f"{name}/{part}": getattr(sums, part)
        for name, sums in evaluation.users.items()
        for part in PARTS
    }
    write_arrays(path, arrays.items())


def load_users(path: Path) -> dict[str, UserSums]:
    """Per-user totals and counts of each measure, as `save_users` leaves them.

    Raises FileError where the file is missing or damaged.
    """
    arrays = read_arrays(path)
    names = sorted({key.rsplit("/", 1)[0] for key in arrays})
    users = {}
    for name in names:
        sums = [arrays.get(f"{name}/{part}", np.empty((0, 0))) for part in PARTS]
        whole = all(part.shape == (len(sums[0]),) and part.dtype.kind in "if" for part in sums)
        numbered = whole and sums[0].dtype.kind == "i" and (sums[0] >= 0).all()
        if not numbered or not all(np.isfinite(part).all() for part in sums):
            raise FileError(
                f"expected user, total and count of {name} in {path}, finite and as many of each, "
                "got others: run evaluate and baseline again (`dvc repro`)"
            )
        users[name] = UserSums(*sums)
    return users


def load_measure(path: Path, name: str) -> UserSums:
    """Those of one measure. Raises FileError where there is none."""
    users = load_users(path)
    if name not in users:
        raise FileError(
            f"expected the measure {name} in {path}, got {', '.join(users) or 'none'}: run "
            "evaluate and baseline again (`dvc repro`)"
        )
    return users[name]
