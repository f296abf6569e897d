"""Trainings by one process and by several, held against each other."""

from typing import Any

import numpy as np
import pytest
import torch

from graphrec.config.params import Params, load_params, select_run
from graphrec.config.training import RunParams
from graphrec.training.fitting import Fitted, fit_run

EPOCHS = 3


def few_epochs(epochs: int = EPOCHS, **train: Any) -> Params:
    """With batches small enough to have parts of the tiny graphs."""
    params = load_params()
    smaller = {
        name: settings.model_copy(update={"batch_size": 200})
        for name, settings in params.hyperparameters.items()
    }
    changed = params.train.model_copy(update={"epochs": epochs, **train})
    return params.model_copy(update={"train": changed, "hyperparameters": smaller, "threads": 1})


def run_of(name: str, **changes: Any) -> RunParams:
    return select_run(load_params(), name).model_copy(update=changes)


def fit(run, data, launch=None, on_epoch=lambda _: None, epochs=EPOCHS, **train) -> Fitted:
    return fit_run(run, few_epochs(epochs, **train), data, on_epoch, launch=launch)


def same(one: Fitted, several: Fitted) -> None:
    """Up to rounding."""
    assert several.history.best_epoch == one.history.best_epoch
    for row, expected in zip(several.history.rows, one.history.rows, strict=True):
        assert [*row] == [*expected]
        for name, value in expected.items():
            tolerance = 1e-3 if name.startswith("valid") else 1e-4
            assert row[name] == pytest.approx(value, rel=tolerance), name
    state = several.model.state_dict()
    for name, expected in one.model.state_dict().items():
        assert state[name].dtype == expected.dtype
        if name.startswith("filters."):
            assert torch.equal(state[name], expected)
        elif name not in ("weight", "liked", "calibration"):  # which an optimiser has found
            scale = float(expected.abs().max().clamp(min=1e-6))
            np.testing.assert_allclose(state[name], expected, rtol=0, atol=1e-4 * scale)
    users = torch.arange(one.graph.num_users)
    scores = [
        fitted.model.score_items(fitted.model(fitted.graph), users) for fitted in (one, several)
    ]
    torch.testing.assert_close(scores[1], scores[0], rtol=1e-3, atol=1e-3)
