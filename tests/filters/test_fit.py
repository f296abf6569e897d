"""Which filters a data set has."""

import logging
from dataclasses import replace

import numpy as np
import pytest
from graphrec.filters.structure import structural_scores

from graphrec.data.features import numeric
from graphrec.filters.biases import fit_biases
from graphrec.filters.fit import FLOOR, LARGEST, co_occurrence, fit_filters, residuals
from graphrec.filters.similarity import ease
from tests.datasets import dataset, entities, interactions
from tests.faults import PARAMS

OPTIONS = PARAMS.filters
FEW = interactions([0, 0, 1, 1, 2], [0, 1, 1, 2, 0], [5, 3, 4, 1, 2])


def test_explicit_ratings_are_predicted_and_both_kinds_are_ranked(data):
    filters = fit_filters(data, OPTIONS)
    assert set(filters) == ({"base", "item", "user", "ranking"} if data.explicit else {"ranking"})
    for name, scores in filters.items():
        assert scores.shape == (data.num_users, data.num_items), name
        assert scores.dtype == np.float32, name
        assert np.isfinite(scores).all(), name


def test_only_training_interactions_are_looked_at(data):
    held = data.valid.interactions
    other = replace(held, item=held.item[::-1].copy(), rating=held.rating[::-1].copy())
    changed = replace(data, valid=replace(data.valid, interactions=other))
    first, second = (fit_filters(part, OPTIONS) for part in (data, changed))
    for name, scores in first.items():
        np.testing.assert_array_equal(scores, second[name])


def test_ratings_above_the_expected_count_more(movielens):
    data = movielens.data
    strength = 1 + OPTIONS.rating.rating_weight * residuals(data)
    user_items = np.zeros((data.num_users, data.num_items), np.float32)
    user_items[data.train.user, data.train.item] = strength
    gram = user_items.T @ user_items
    penalty = OPTIONS.rating.regularization + 0.6 / 0.4 * np.diag(gram)
    inverse = np.linalg.inv((gram + np.diag(penalty)).astype(np.float64))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    expected = np.log(np.maximum(user_items @ weights, 0) + FLOOR)
    ranking = fit_filters(data, OPTIONS)["ranking"]
    np.testing.assert_allclose(ranking, expected, atol=1e-3)


def test_residuals_are_what_biases_leave(movielens):
    data = movielens.data
    mean, user, item = fit_biases(data.train, data.num_users, data.num_items)
    expected = data.train.rating - mean - user[data.train.user] - item[data.train.item]
    np.testing.assert_allclose(residuals(data), expected, atol=1e-5)


def test_events_with_side_information_are_ranked_by_structure(imdb):
    expected = structural_scores(imdb.data, OPTIONS.implicit)
    np.testing.assert_array_equal(fit_filters(imdb.data, OPTIONS)["ranking"], expected)


@pytest.mark.parametrize(
    "features", [{}, {"year": numeric("year", np.arange(3, dtype=np.float32))}]
)
def test_events_without_values_are_ranked_by_who_else_has_them(features):
    data = replace(dataset(3, 3, FEW, explicit=False), items=entities("i", 3, **features))
    ranking = fit_filters(data, OPTIONS)["ranking"]
    user_items = FEW.matrix(3, 3)
    score = user_items @ ease(user_items, OPTIONS.implicit.regularization, OPTIONS.implicit.dropout)
    np.testing.assert_allclose(ranking, np.log(np.maximum(score, 0) + FLOOR), atol=1e-5)


def test_ratings_without_any_side_information_have_all_filters():
    filters = fit_filters(dataset(3, 3, FEW), OPTIONS)
    assert set(filters) == {"base", "item", "user", "ranking"}
    assert all(np.isfinite(scores).all() for scores in filters.values())


def test_a_score_of_nothing_is_the_logarithm_of_the_floor():
    data = dataset(2, 3, interactions([0], [0]), explicit=False)
    scores = co_occurrence(data, np.ones(1, np.float32), 1.0, 0.0)
    np.testing.assert_allclose(scores, np.log(FLOOR))


@pytest.mark.parametrize(("num_users", "num_items"), [(LARGEST + 1, 3), (3, LARGEST + 1)])
@pytest.mark.parametrize("explicit", [True, False])
def test_a_large_data_set_has_none_and_the_log_says_so(num_users, num_items, explicit, caplog):
    with caplog.at_level(logging.WARNING):
        assert fit_filters(dataset(num_users, num_items, FEW, explicit), OPTIONS) == {}
    (message,) = caplog.messages
    assert "No filters: expected at most 12,000 users and items" in message
    assert "12,001" in message
