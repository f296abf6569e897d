"""Data sets before any split, each with all its interactions in one table."""

from dataclasses import replace

import numpy as np
import pytest

from graphrec.config.datasets import DatasetParams
from graphrec.data.dataset import RawData
from graphrec.data.readers.choice import read_raw
from tests.data.comparison import with_split
from tests.datasets import dataset, entities, interactions
from tests.faults import PARAMS

NUM_USERS, NUM_ITEMS = 12, 20


def by_hand(explicit: bool) -> tuple[RawData, DatasetParams]:
    """Half stars or events at few moments; the last user has but one interaction."""
    rng = np.random.default_rng(4)
    user, item = np.argwhere(rng.random((NUM_USERS - 1, NUM_ITEMS)) < 0.4).T
    user, item = np.append(user, NUM_USERS - 1), np.append(item, 3)
    rating = rng.integers(1, 11, len(user)) / 2 if explicit else None
    timestamp = rng.integers(9, size=len(user)) * 1000
    every = replace(interactions(user, item, rating), timestamp=timestamp)
    raw = RawData(entities("u", NUM_USERS), entities("i", NUM_ITEMS), every)
    return raw, dataset(NUM_USERS, NUM_ITEMS, every, explicit).about


@pytest.fixture(params=["movielens", "imdb", "own ratings", "own events"])
def source(request, raw) -> tuple[RawData, DatasetParams]:
    """All interactions of a data set in one table, and what it says of itself."""
    if request.param.startswith("own"):
        return by_hand(request.param == "own ratings")
    about = with_split(PARAMS.datasets[request.param], "random")
    return read_raw(raw[request.param], about), about
