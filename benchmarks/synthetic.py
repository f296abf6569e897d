"""Data like MovieLens at any size, from a seed."""

import numpy as np
from numpy.typing import NDArray

from graphrec.config.datasets import DatasetParams, RatingScale, SplitParams
from graphrec.data.dataset import Dataset, Entities
from graphrec.data.interactions import HeldOut, IntArray, Interactions

USER_EXPONENT, ITEM_EXPONENT = 0.6, 0.8
"""How steeply activity and popularity fall with rank, about as in MovieLens 100K."""
INTERACTIONS_A_USER = 106
"""The mean of MovieLens 100K."""
ABOUT = DatasetParams(
    reader="table",
    user_name="user",
    item_name="item",
    interaction_name="rating",
    ratings=RatingScale(minimum=1, maximum=5, relevance_threshold=4),
    split=SplitParams(strategy="random", test_fraction=0.2, valid_fraction=0.1),
)


def generate(interactions: int, seed: int, a_user: int = INTERACTIONS_A_USER) -> Dataset:
    """`interactions` distinct ratings, 1 to 5; users grow with them, items with their square root.

    There are `a_user` interactions a user, in the mean. A user's activity and an item's popularity
    follow a power law of its rank, drawn independently. Memory grows with the interactions alone.
    """
    rng = np.random.default_rng(seed)
    num_users = max(2, interactions // a_user)
    num_items = max(200, round(1682 * (interactions / 100_000) ** 0.5))
    user_share, item_share = shares(num_users, USER_EXPONENT), shares(num_items, ITEM_EXPONENT)
    pairs: IntArray = np.empty(0, np.int64)
    while (missing := interactions - len(pairs)) > 0:
        user = np.searchsorted(user_share, rng.random(missing + missing // 4))
        item = np.searchsorted(item_share, rng.random(len(user)))
        pairs = np.unique(np.concatenate([pairs, user * num_items + item]))
    pairs = rng.permutation(pairs)[:interactions]
    rating = rng.integers(1, 6, interactions).astype(np.float32)
    train = Interactions(pairs // num_items, pairs % num_items, rating, np.zeros_like(pairs))
    return all_training(num_users, num_items, train)


def all_training(num_users: int, num_items: int, train: Interactions) -> Dataset:
    """A data set of ratings without side information, nothing of it held out."""
    users, items = (
        Entities(ids, ids)
        for ids in (np.arange(size).astype(str) for size in (num_users, num_items))
    )
    nothing = HeldOut(train[np.arange(0)], np.empty(0, np.int64))
    return Dataset(ABOUT, users, items, train, nothing)


def shares(count: int, exponent: float) -> NDArray[np.float64]:
    """(count,) summed up shares of 1 ** -exponent, 2 ** -exponent, …; the last is 1."""
    summed = np.cumsum(np.arange(1, count + 1) ** -exponent)
    return np.asarray(summed / summed[-1])
