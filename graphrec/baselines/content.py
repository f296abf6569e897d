"""Rankings by what is known of items, and by the users that they share."""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec.baselines.rankers import FromItems
from graphrec.data.dataset import Dataset
from graphrec.data.features import unit_rows
from graphrec.data.interactions import FloatArray, IntArray

CONTENT, CATEGORY, NEIGHBORS = 1.0, 0.5, 0.1
"""Hand-set weights of the three kinds of scores in their combination."""


class Transformed:
    """Scores of a ranking, a function of each."""

    def __init__(self, ranker: FromItems, function: Callable[[FloatArray], FloatArray]) -> None:
        self.ranker, self.function = ranker, function

    def rows(self, user: IntArray) -> FloatArray:
        """Users (n,) → (n, items)."""
        return self.function(self.ranker.rows(user))

    def score_items(self, user: Tensor) -> Tensor:
        """Users (n,) → scores of every item (n, items)."""
        return torch.from_numpy(self.rows(user.numpy()))


class Weighted:
    """The weighted sum of other rankings' scores."""

    def __init__(self, rankers: list[tuple[float, "FromItems | Transformed"]]) -> None:
        self.rankers = rankers

    def score_items(self, user: Tensor) -> Tensor:
        """Users (n,) → scores of every item (n, items)."""
        scores = [np.float32(weight) * each.rows(user.numpy()) for weight, each in self.rankers]
        return torch.from_numpy(np.sum(scores, axis=0))


def content_baselines(
    data: Dataset, user_items: sp.csr_array
) -> dict[str, FromItems | Transformed | Weighted]:
    """`<block>-cosine` for each multi-valued block of items, `same-<block>` for each categorical
    one, `common-neighbors`, and `hand-set`, the weighted sum of them where there is a block."""
    scores: dict[str, tuple[float, FromItems | Transformed]] = {}
    for name, block in data.items.blocks("multi_valued").items():
        profile = unit_rows(sp.csr_array(user_items @ block.matrix))
        to_items = sp.csr_array(unit_rows(block.matrix).T)
        scores[f"{name}-cosine"] = CONTENT, FromItems(profile, to_items)
    for name, block in data.items.blocks("categorical").items():
        same = FromItems(user_items, block.matrix, sp.csr_array(block.matrix.T))
        scores[f"same-{name}"] = CATEGORY, Transformed(same, _is_positive)
    scores["common-neighbors"] = (
        NEIGHBORS,
        Transformed(FromItems(user_items, sp.csr_array(user_items.T), user_items), np.log1p),
    )
    baselines: dict[str, FromItems | Transformed | Weighted] = {
        name: ranker for name, (_, ranker) in scores.items()
    }
    if len(scores) > 1:
        baselines["hand-set"] = Weighted([*scores.values()])
    return baselines


def _is_positive(score: FloatArray) -> FloatArray:
    return (score > 0).astype(np.float32)
