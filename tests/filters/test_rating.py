"""The three predictions of every rating."""

from dataclasses import replace

import numpy as np
import pytest

from graphrec.filters.biases import fit_biases
from graphrec.filters.priors import prior_covariance
from graphrec.filters.rating import fit_rating_filters
from tests.datasets import dataset, interactions
from tests.faults import PARAMS

OPTIONS = PARAMS.filters.explicit
PLAIN = OPTIONS.model_copy(update={"item_over_relaxation": [], "user_over_relaxation": []})


def test_before_any_step_they_are_expectations_given_the_residuals(movielens):
    data = movielens.data
    train = data.train
    mean, user_bias, item_bias = fit_biases(train, data.num_users, data.num_items)
    filters = fit_rating_filters(data, PLAIN)
    np.testing.assert_allclose(filters["base"], mean + user_bias[:, None] + item_bias, atol=1e-6)
    by_item = prior_covariance(data.items, OPTIONS.item_prior)
    by_user = prior_covariance(data.users, OPTIONS.user_prior)
    for user, item in ((0, 3), (7, 20), (39, 59)):
        row = np.flatnonzero(train.user == user)
        c, y = train.item[row], train.rating[row] - mean - item_bias[train.item[row]]
        noisy = by_item[np.ix_(c, c)] + OPTIONS.noise_variance * np.eye(len(c))
        expected = mean + item_bias[item] + by_item[item, c] @ np.linalg.solve(noisy, y)
        assert filters["item"][user, item] == pytest.approx(expected, abs=1e-4)
        row = np.flatnonzero(train.item == item)
        c, y = train.user[row], train.rating[row] - mean - user_bias[train.user[row]]
        noisy = by_user[np.ix_(c, c)] + OPTIONS.noise_variance * np.eye(len(c))
        expected = mean + user_bias[user] + by_user[user, c] @ np.linalg.solve(noisy, y)
        assert filters["user"][user, item] == pytest.approx(expected, abs=1e-4)


def test_steps_bring_held_out_ratings_nearer_than_biases(movielens):
    """The tastes of the small data set have two dimensions: they can be learnt."""
    held = movielens.data.valid.interactions
    filters = fit_rating_filters(movielens.data, OPTIONS)
    mse = {
        name: float(((scores[held.user, held.item] - held.rating) ** 2).mean())
        for name, scores in filters.items()
    }
    assert mse["item"] < mse["base"]
    assert mse["user"] < mse["base"]


def test_users_and_items_without_ratings_are_predicted_too():
    data = dataset(3, 4, interactions([0, 0, 1], [0, 1, 1], [5, 2, 4]))
    filters = fit_rating_filters(data, OPTIONS)
    assert all(scores.shape == (3, 4) for scores in filters.values())
    assert all(np.isfinite(scores).all() for scores in filters.values())
    # Of the user nothing is known, so that the item alone is left.
    mean, _, item_bias = fit_biases(data.train, 3, 4)
    np.testing.assert_allclose(filters["item"][2], mean + item_bias, atol=1e-6)


def test_held_out_ratings_are_not_looked_at(movielens):
    data = movielens.data
    held = replace(
        data.valid,
        interactions=replace(data.valid.interactions, rating=data.valid.interactions.rating * 0),
    )
    first, second = (
        fit_rating_filters(part, OPTIONS) for part in (data, replace(data, valid=held))
    )
    for name, scores in first.items():
        np.testing.assert_array_equal(scores, second[name])
