"""Data sets made by hand from a few pairs."""

import numpy as np

from graphrec.config.datasets import DatasetParams, RatingScale, SplitParams
from graphrec.data.dataset import Dataset, Entities
from graphrec.data.interactions import HeldOut, Interactions

SCALE = RatingScale(minimum=1, maximum=5, relevance_threshold=4)


def interactions(user, item, rating=None) -> Interactions:
    user, item = np.asarray(user, np.int64), np.asarray(item, np.int64)
    rating = np.ones(len(user)) if rating is None else rating
    return Interactions(user, item, np.asarray(rating, np.float32), np.zeros(len(user), np.int64))


def entities(name: str, count: int, **features) -> Entities:
    ids = np.array([f"{name} {number}" for number in range(count)])
    return Entities(ids, np.char.upper(ids), features)


def dataset(num_users: int, num_items: int, train: Interactions, explicit: bool = True) -> Dataset:
    """With nothing held out."""
    about = DatasetParams(
        reader="table",
        user_name="user",
        item_name="item",
        interaction_name="interaction",
        ratings=SCALE if explicit else None,
        split=SplitParams(strategy="random", test_fraction=0.2, valid_fraction=0.1),
    )
    nothing = HeldOut(train[np.arange(0)], train.item[:0])
    return Dataset(about, entities("u", num_users), entities("i", num_items), train, nothing)
