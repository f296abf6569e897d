"""What users and items lean to, apart from each other: means drawn towards zero."""

import numpy as np

from graphrec.data.interactions import FloatArray, IntArray, Interactions

USER_DAMPING, ITEM_DAMPING = 5.0, 3.0
"""Ratings' worth of zero that a user's and an item's bias start from."""
SWEEPS = 15


def fit_biases(
    train: Interactions, num_users: int, num_items: int
) -> tuple[float, FloatArray, FloatArray]:
    """Overall mean, user biases (users,) and item biases (items,), by alternating damped means."""
    mean = float(train.rating.mean(dtype=np.float64))
    user = np.zeros(num_users, np.float32)
    item = np.zeros(num_items, np.float32)
    for _ in range(SWEEPS):
        rest = train.rating - mean - user[train.user]
        item = damped_means(train.item, rest, num_items, ITEM_DAMPING)
        rest = train.rating - mean - item[train.item]
        user = damped_means(train.user, rest, num_users, USER_DAMPING)
    return mean, user, item


def damped_means(group: IntArray, value: FloatArray, num_groups: int, damping: float) -> FloatArray:
    """(groups,) mean of `value` (n,) in each group (n,), drawn towards 0 by `damping` zeros more.

    A group without a value has 0, damped or not.
    """
    count = np.bincount(group, minlength=num_groups) + damping
    means = np.bincount(group, value, num_groups) / np.where(count > 0, count, 1)
    return means.astype(np.float32)
