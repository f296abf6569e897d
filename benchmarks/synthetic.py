"""Data like MovieLens at any size, from a seed."""

import numpy as np
from numpy.typing import NDArray

from graphrec.data.interactions import HeldOut, IntArray, Interactions, TrainingData

USER_EXPONENT, ITEM_EXPONENT = 0.6, 0.8
"""How steeply activity and popularity fall with rank, about as in MovieLens 100K."""
INTERACTIONS_A_USER = 106
"""The mean of MovieLens 100K."""


def generate(interactions: int, seed: int) -> TrainingData:
    """`interactions` distinct ratings, 1 to 5; users grow with them, items with their square root.

    A user's activity and an item's popularity follow a power law of its rank, drawn independently.
    Memory grows with the interactions alone.
    """
    rng = np.random.default_rng(seed)
    num_users = max(2, interactions // INTERACTIONS_A_USER)
    num_items = max(200, round(1682 * (interactions / 100_000) ** 0.5))
    user_share, item_share = shares(num_users, USER_EXPONENT), shares(num_items, ITEM_EXPONENT)
    pairs: IntArray = np.empty(0, np.int64)
    while (missing := interactions - len(pairs)) > 0:
        user = np.searchsorted(user_share, rng.random(missing + missing // 4))
        item = np.searchsorted(item_share, rng.random(len(user)))
        pairs = np.unique(np.concatenate([pairs, user * num_items + item]))
    pairs = rng.permutation(pairs)[:interactions]
    rating = rng.integers(1, 6, interactions).astype(np.float32)
    every = Interactions(pairs // num_items, pairs % num_items, rating, np.zeros_like(pairs))
    nothing = HeldOut(every[np.arange(0)], np.empty(0, np.int64))
    return TrainingData(num_users, num_items, every, nothing)


def shares(count: int, exponent: float) -> NDArray[np.float64]:
    """(count,) summed up shares of 1 ** -exponent, 2 ** -exponent, …; the last is 1."""
    summed = np.cumsum(np.arange(1, count + 1) ** -exponent)
    return np.asarray(summed / summed[-1])
