"""Damped means, and the biases that alternate between them."""

import numpy as np
import pytest

from graphrec.filters.biases import damped_means, fit_biases
from tests.datasets import interactions


@pytest.mark.parametrize(
    ("damping", "expected"),
    [(0.0, [2.0, 0, -2.0]), (2.0, [1.0, 0, -2 / 3]), (10.0, [1 / 3, 0, -2 / 11])],
)
def test_damped_means_by_hand(damping, expected):
    group, value = np.array([0, 0, 2]), np.array([3.0, 1.0, -2.0], np.float32)
    means = damped_means(group, value, 3, damping)
    assert means.dtype == np.float32
    assert means.tolist() == pytest.approx(expected)


def test_biases_of_one_user_and_one_item_by_hand():
    """Two users of one item, each rating once: what the pair leans to is shared as by dampings.

    With +d for one and -d for the other the item stays at 0, and a user has d / (1 + 5).
    """
    mean, user, item = fit_biases(interactions([0, 1], [0, 0], [5, 1]), 2, 1)
    assert mean == 3
    assert user.tolist() == pytest.approx([2 / 6, -2 / 6])
    assert item.tolist() == [0]


def test_items_are_damped_by_three():
    """One user of two items, as above with the roles changed."""
    mean, user, item = fit_biases(interactions([0, 0], [0, 1], [5, 1]), 1, 2)
    assert mean == 3
    assert item.tolist() == pytest.approx([2 / 4, -2 / 4])
    assert user.tolist() == pytest.approx([0], abs=1e-7)


def test_biases_settle_where_each_is_the_damped_mean_of_what_the_other_leaves(movielens):
    train, num_users, num_items = movielens.data.train, 40, 60
    mean, user, item = fit_biases(train, num_users, num_items)
    assert mean == pytest.approx(train.rating.mean(), rel=1e-6)
    rest = train.rating - mean - user[train.user]
    count = np.bincount(train.item, minlength=num_items)
    expected = np.bincount(train.item, rest, num_items) / (count + 3)
    np.testing.assert_allclose(item, expected, atol=2e-3)
    rest = train.rating - mean - item[train.item]
    count = np.bincount(train.user, minlength=num_users)
    expected = np.bincount(train.user, rest, num_users) / (count + 5)
    np.testing.assert_allclose(user, expected, atol=1e-5)


def test_fifteen_sweeps_of_two_circles_that_share_nothing():
    """20 users rate 20 items with 5, as many others other items with 1: all of a circle are alike.

    With a = 20 / (20 + 3) and b = 20 / (20 + 5) a sweep turns a user's bias u into
    b (2 - a (2 - u)): a geometric series.
    """
    user, item = (circle.ravel() for circle in np.indices((20, 20)))
    rating = np.repeat([5, 1], 400)
    train = interactions(np.append(user, user + 20), np.append(item, item + 20), rating)
    a, b = 20 / 23, 20 / 25
    expected = 2 * b * (1 - a) * (1 - (a * b) ** 15) / (1 - a * b)
    mean, users, items = fit_biases(train, 40, 40)
    assert mean == 3
    np.testing.assert_allclose(users, np.repeat([expected, -expected], 20), rtol=1e-4)
    np.testing.assert_allclose(
        items, np.repeat([2 - expected / b, expected / b - 2], 20), rtol=1e-4
    )


def test_users_and_items_without_ratings_have_no_bias():
    _, user, item = fit_biases(interactions([0], [1], [5]), 3, 3)
    assert user[1:].tolist() == [0, 0]
    assert item[[0, 2]].tolist() == [0, 0]
