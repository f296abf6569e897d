"""Models that are a table of scores, and held-out parts to evaluate them on."""

import numpy as np
import torch
from torch import Tensor

from graphrec.data.interactions import HeldOut
from tests.datasets import interactions

NUM_USERS, NUM_ITEMS = 12, 30


class Ranker:
    """Ranks items by a table (users, items)."""

    def __init__(self, table: Tensor) -> None:
        self.table = table

    def score_items(self, user: Tensor) -> Tensor:
        return self.table[user].clone()


class Regressor:
    """Predicts labels by a table (users, items)."""

    def __init__(self, table: Tensor) -> None:
        self.table = table

    def predict(self, user: Tensor, item: Tensor) -> Tensor:
        return self.table[user, item]


class Both(Ranker, Regressor):
    pass


class Calibrated(Ranker):
    """Ranks by a table, and knows chances by the scores."""

    def chance(self, score: Tensor) -> Tensor:
        return torch.sigmoid(2 * score - 1)


def random_table(seed: int, ties: bool = False, scale: float = 1.0) -> Tensor:
    rng = np.random.default_rng(seed)
    table = torch.from_numpy(rng.normal(size=(NUM_USERS, NUM_ITEMS)).astype(np.float32) * scale)
    return table.round() if ties else table


def held_out(seed: int, explicit: bool) -> HeldOut:
    """Pairs in a random order, each with a negative."""
    rng = np.random.default_rng(seed)
    user, item = rng.permutation(np.argwhere(rng.random((NUM_USERS, NUM_ITEMS)) < 0.2)).T
    rating = rng.integers(1, 6, len(user)) if explicit else np.ones(len(user))
    return HeldOut(interactions(user, item, rating), rng.permutation(item))
