"""Platt's calibration against what it is for."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from graphrec.models.calibration import fit_platt


def drawn(seed: int, scale: float, level: float, count: int = 20_000):
    rng = np.random.default_rng(seed)
    score = torch.from_numpy(rng.normal(3, 5, count).astype(np.float32))
    chance = torch.sigmoid(scale * score + level).numpy()
    return score, torch.from_numpy((rng.random(count) < chance).astype(np.float32))


def test_finds_the_chances_that_labels_were_drawn_with():
    scale, level = fit_platt(*drawn(0, 0.4, -0.8)).tolist()
    assert scale == pytest.approx(0.4, abs=0.03)
    assert level == pytest.approx(-0.8, abs=0.1)


@given(factor=st.floats(0.01, 100), shift=st.floats(-50, 50))
def test_chances_do_not_depend_on_the_scale_of_the_scores(factor, shift):
    score, label = drawn(1, 0.3, 0.2, 500)
    moved = score.double() * factor + shift
    chances = []
    for values in (score.double(), moved):
        scale, level = fit_platt(values, label).double()
        chances.append(torch.sigmoid(scale * values + level))
    torch.testing.assert_close(*chances, atol=1e-3, rtol=0)


def test_is_no_worse_than_the_constant_and_finite_where_scores_separate():
    label = torch.tensor([0.0, 0.0, 1.0, 1.0])
    for score in (torch.tensor([-2.0, -1.0, 1.0, 2.0]), torch.zeros(4)):
        scale, level = fit_platt(score, label)
        predicted = torch.sigmoid(scale * score + level)
        assert torch.isfinite(predicted).all()
        assert float((predicted - label).square().mean()) <= 0.25 + 1e-6
