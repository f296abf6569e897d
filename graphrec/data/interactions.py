"""Users' interactions with items: plain arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

IntArray = NDArray[np.signedinteger[Any]]
"""int64; users and items of a table are int32 until they are in a data set or on the disk."""
FloatArray = NDArray[np.float32]
Mask = NDArray[np.bool_]
FIELDS = ("user", "item", "rating", "timestamp")


@dataclass(frozen=True)
class Interactions:
    """n observed pairs of a user and an item."""

    user: IntArray
    """(n,) user numbers, from 0."""
    item: IntArray
    """(n,) item numbers, from 0."""
    rating: FloatArray
    """(n,) the explicit rating, or 1 for an implicit event."""
    timestamp: IntArray
    """(n,) seconds since 1970, 0 where the data set has no times."""

    def __len__(self) -> int:
        return len(self.user)

    def __getitem__(self, rows: NDArray[np.generic]) -> "Interactions":
        return Interactions(*(getattr(self, name)[rows] for name in FIELDS))

    def wide(self) -> "Interactions":
        """With users and items as int64, which models take; without a copy where they are."""
        user, item = (numbers.astype(np.int64, copy=False) for numbers in (self.user, self.item))
        return Interactions(user, item, self.rating, self.timestamp)

    def matrix(self, num_users: int, num_items: int, binary: bool = True) -> sp.csr_array:
        """(num_users, num_items) matrix of the pairs: ones, or the ratings."""
        values = np.ones(len(self), np.float32) if binary else self.rating
        return sp.csr_array((values, (self.user, self.item)), shape=(num_users, num_items))

    @staticmethod
    def concatenate(parts: "list[Interactions]") -> "Interactions":
        return Interactions(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in FIELDS)
        )


@dataclass(frozen=True)
class HeldOut:
    """Interactions kept out of training, each with an item to set it against."""

    interactions: Interactions
    negative: IntArray
    """(n,) for each interaction an item that its user has no known interaction with."""

    def __len__(self) -> int:
        return len(self.interactions)
