"""Interactions are picked, joined and put into a matrix."""

import numpy as np

from graphrec.data.interactions import Interactions
from tests.data.comparison import assert_same_interactions


def test_rows_can_be_picked_and_joined_again(data):
    mask = np.arange(len(data.train)) % 3 == 0
    joined = Interactions.concatenate([data.train[mask], data.train[~mask]])
    assert len(joined) == len(data.train)
    assert_same_interactions(joined[np.argsort(np.argsort(~mask, kind="stable"))], data.train)


def test_no_rows_can_be_picked(data):
    nothing = data.train[np.zeros(len(data.train), bool)]
    assert len(nothing) == 0
    assert_same_interactions(Interactions.concatenate([nothing, data.train]), data.train)


def test_matrix_holds_the_pairs_or_their_ratings(movielens):
    train, shape = movielens.data.train, (40, 60)
    ones, ratings = train.matrix(*shape), train.matrix(*shape, binary=False)
    assert ones.shape == ratings.shape == shape
    np.testing.assert_array_equal(ones.toarray()[train.user, train.item], 1)
    np.testing.assert_array_equal(ratings.toarray()[train.user, train.item], train.rating)
    assert ones.sum() == len(train)
