"""Predictions that know nothing but means."""

import numpy as np
import torch
from torch import Tensor

from graphrec.data.interactions import FloatArray, Interactions
from graphrec.filters.biases import damped_means

DAMPING = 10.0
"""Ratings' worth of the overall mean that every user's and item's mean starts from."""


class Means:
    """mean + what is known of the user + what is known of the item."""

    def __init__(self, mean: float, user: FloatArray, item: FloatArray) -> None:
        self.mean = mean
        self.user, self.item = torch.from_numpy(user), torch.from_numpy(item)

    def predict(self, user: Tensor, item: Tensor) -> Tensor:
        """Users (n,) and items (n,) → a rating for each pair (n,)."""
        return self.mean + self.user[user] + self.item[item]


def mean_baselines(train: Interactions, num_users: int, num_items: int) -> dict[str, Means]:
    """The overall mean, and the damped means of users, of items and of both together."""
    mean = float(train.rating.mean())
    item = damped_means(train.item, train.rating - mean, num_items, DAMPING)
    user = damped_means(train.user, train.rating - mean, num_users, DAMPING)
    rest = train.rating - mean - item[train.item]
    after_item = damped_means(train.user, rest, num_users, DAMPING)
    no_user, no_item = np.zeros(num_users, np.float32), np.zeros(num_items, np.float32)
    return {
        "constant": Means(mean, no_user, no_item),
        "user-mean": Means(mean, user, no_item),
        "item-mean": Means(mean, no_user, item),
        "user-and-item-mean": Means(mean, after_item, item),
    }


def chance(num_users: int, num_items: int) -> dict[str, Means]:
    """Of events and as many negatives: one half, whatever the pair."""
    return {
        "constant": Means(0.5, np.zeros(num_users, np.float32), np.zeros(num_items, np.float32))
    }
