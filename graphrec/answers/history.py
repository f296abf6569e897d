"""What is known of a person whom a model is asked about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphrec.data.interactions import FloatArray, IntArray, Interactions


@dataclass(frozen=True)
class History:
    """What a person did so far: someone of the training data, or someone new."""

    item: IntArray
    """(n,) distinct items by number."""
    rating: FloatArray
    """(n,) their ratings; of events ones."""
    user: int | None = None
    """The number of a user of the training data; None for someone new."""

    def __len__(self) -> int:
        return len(self.item)

    def without(self, item: int) -> "History":
        """Of someone new, who has not had that item and did the rest."""
        rest = self.item != item
        return History(self.item[rest], self.rating[rest])


NOTHING = History(np.empty(0, np.int64), np.empty(0, np.float32))
"""Of someone new, of whom nothing is known."""


def as_interactions(histories: Sequence[History]) -> Interactions:
    """Those of new users 0 … len(histories) - 1, who they are in the training data put aside."""
    count = [len(history) for history in histories]
    return Interactions(
        np.repeat(np.arange(len(histories)), count),
        np.concatenate([NOTHING.item, *(history.item for history in histories)]),
        np.concatenate([NOTHING.rating, *(history.rating for history in histories)]),
        np.zeros(sum(count), np.int64),
    )
