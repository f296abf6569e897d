"""Rankings that need no training."""

from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec.data.interactions import FloatArray, IntArray


class ByPopularity:
    """The same ranking for everybody, by a score of each item (items,)."""

    def __init__(self, score: IntArray) -> None:
        self.row = torch.from_numpy(score.astype(np.float32))

    def score_items(self, user: Tensor) -> Tensor:
        """Users (n,) → scores of every item (n, items)."""
        return self.row.expand(len(user), -1).clone()


class FromItems:
    """A user's items times a chain of matrices, the last of them (…, items)."""

    def __init__(self, user_items: sp.csr_array, *chain: sp.csr_array | FloatArray) -> None:
        self.user_items = user_items
        self.chain = chain

    def rows(self, user: IntArray) -> FloatArray:
        """Users (n,) → (n, items)."""
        scores: Any = self.user_items[user]
        for matrix in self.chain:
            scores = scores @ matrix
        if isinstance(scores, sp.sparray):
            # SciPy's types give `toarray` to each format, not to their common class.
            scores = scores.toarray()  # type: ignore[attr-defined]
        return np.ascontiguousarray(scores, np.float32)

    def score_items(self, user: Tensor) -> Tensor:
        """Users (n,) → scores of every item (n, items)."""
        return torch.from_numpy(self.rows(user.numpy()))
