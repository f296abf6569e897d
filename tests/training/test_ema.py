"""The moving average of the weights, by its definition."""

import pytest
import torch
from torch import nn

from graphrec.training.ema import WeightAverage


def moved(model: nn.Linear, value: float) -> None:
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(value)


def test_the_average_follows_its_formula():
    model = nn.Linear(2, 3)
    moved(model, 1.0)
    average = WeightAverage(model, 0.9)
    expected = 1.0
    for value in (2.0, -4.0, 0.5):
        moved(model, value)
        average.update()
        expected = 0.9 * expected + 0.1 * value
    with average.in_place():
        assert model.weight.flatten().tolist() == pytest.approx([expected] * 6)
        assert model.bias.tolist() == pytest.approx([expected] * 3)


def test_the_weights_themselves_are_back_after_the_block_and_after_an_error_in_it():
    model = nn.Linear(2, 3)
    average = WeightAverage(model, 0.9)
    moved(model, 7.0)
    average.update()
    with average.in_place():
        pass
    assert model.weight.flatten().tolist() == [7.0] * 6
    with pytest.raises(RuntimeError, match="boom"), average.in_place():
        raise RuntimeError("boom")
    assert model.weight.flatten().tolist() == [7.0] * 6


def test_factor_zero_is_the_weights_themselves():
    model = nn.Linear(2, 3)
    average = WeightAverage(model, 0.0)
    moved(model, 5.0)
    average.update()
    with average.in_place():
        assert model.weight.flatten().tolist() == [5.0] * 6
