"""What can be evaluated: anything that ranks items, predicts labels, or both."""

from typing import Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class RanksItems(Protocol):
    """Gives every item a score for a user; the greater, the earlier it is recommended."""

    def score_items(self, user: Tensor) -> Tensor:
        """Users (n,) → scores of every item (n, items), a tensor that may be written to."""
        ...


@runtime_checkable
class PredictsLabels(Protocol):
    """Predicts a rating, or the chance of an event."""

    def predict(self, user: Tensor, item: Tensor) -> Tensor:
        """Users (n,) and items (n,) → one number a pair (n,)."""
        ...


@runtime_checkable
class CalibratesScores(RanksItems, Protocol):
    """Knows the chance of an event by its ranking score, so that no pair is looked at twice."""

    def chance(self, score: Tensor) -> Tensor:
        """Scores → chances, of the same shape."""
        ...
