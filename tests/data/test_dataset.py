"""What a data set says of itself decides what is relevant; side information by its kind."""

from dataclasses import replace

import numpy as np

from graphrec.data.dataset import RawData
from tests.datasets import dataset, entities, interactions


def test_ratings_from_the_threshold_on_are_relevant():
    train = interactions([0, 1, 2], [0, 1, 2], [3.5, 4, 4.5])
    assert dataset(3, 3, train).relevant(train).tolist() == [False, True, True]


def test_a_threshold_that_single_precision_rounds_is_still_met():
    train = interactions([0, 1], [0, 1], [3.9, 4.1])
    data = dataset(2, 2, train)
    scale = data.about.ratings.model_copy(update={"relevance_threshold": 4.1})
    data = replace(data, about=data.about.model_copy(update={"ratings": scale}))
    assert data.relevant(train).tolist() == [False, True]


def test_every_event_is_relevant():
    train = interactions([0, 1], [0, 1], [0.1, 3])
    data = dataset(2, 2, train, explicit=False)
    assert not data.explicit
    assert data.relevant(train).tolist() == [True, True]


def test_blocks_are_chosen_by_kind_and_keep_their_names(movielens):
    items = movielens.data.items
    assert items.blocks().keys() == set()
    assert items.blocks("numeric").keys() == {"year"}
    assert items.blocks("numeric", "multi_valued").keys() == {"year", "genre"}


def test_raw_data_count_what_the_files_hold_out_too():
    everything = interactions(range(5), range(5))
    part = everything[np.arange(2)]
    users, items = entities("u", 5), entities("i", 5)
    assert len(RawData(users, items, everything)) == 5
    assert len(RawData(users, items, everything, test=part, valid=part)) == 9
