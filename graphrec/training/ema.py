"""Polyak averaging of a model's weights."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class WeightAverage:
    """Exponential moving average of the parameters: a ← factor * a + (1 - factor) * w each step.

    Factor 0 is no average: the weights themselves. torch's AveragedModel would copy the model
    with all its matrices; this copies the parameters alone.
    """

    def __init__(self, model: nn.Module, factor: float) -> None:
        self.weights: list[Tensor] = [p.data for p in model.parameters()]
        self.average = [weight.clone() for weight in self.weights] if factor > 0 else self.weights
        self.factor = factor

    def update(self) -> None:
        """Take in the weights of a step."""
        if self.factor > 0:
            torch._foreach_lerp_(self.average, self.weights, 1 - self.factor)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """While the block runs the model has the averaged weights."""
        kept = [weight.clone() for weight in self.weights]
        torch._foreach_copy_(self.weights, self.average)
        try:
            yield
        finally:
            torch._foreach_copy_(self.weights, kept)
