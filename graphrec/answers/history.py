"""What is known of a person whom a model is asked about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphrec.data.dataset import Dataset
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


def newcomer(
    data: Dataset, items: Sequence[int], ratings: Sequence[float] | None = None
) -> History:
    """Someone new who had these items, with these ratings, or liked them; sorted by item.

    Where there are ratings, a like counts as the mean of the relevant training ratings. Raises
    ValueError for items that come twice or have no such number, and for ratings of another count,
    outside the scale, or where the data set has none.
    """
    item, scale = np.array(items, np.int64).reshape(-1), data.about.ratings
    if wrong := item[(item < 0) | (item >= data.num_items)].tolist():
        raise ValueError(f"expected items from 0 to {data.num_items - 1}, got {wrong}")
    order = np.argsort(item)
    if twice := sorted({*item[order][1:][np.diff(item[order]) == 0].tolist()}):
        raise ValueError(f"expected each item once, got {twice} more often: name it once")
    if ratings is None:
        relevant = data.train.rating[data.relevant(data.train)]
        like = relevant.mean(dtype=np.float64) if scale else 1.0
        return History(item[order], np.full(len(item), like, np.float32))
    rating = np.array(ratings, np.float32).reshape(-1)
    if scale is None:
        raise ValueError("expected no ratings, which the model does not know: leave them out")
    if len(rating) != len(item):
        raise ValueError(f"expected {len(item)} ratings, one an item, got {len(rating)}")
    inside = (rating >= scale.minimum) & (rating <= scale.maximum)  # NaN is not
    if not inside.all():
        raise ValueError(
            f"expected ratings from {scale.minimum:g} to {scale.maximum:g}, got "
            f"{rating[~inside].tolist()}"
        )
    return History(item[order], rating[order])
