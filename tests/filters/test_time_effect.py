"""The time effect against the Gaussian model that it comes from, and what it may know."""

import numpy as np
import pytest

from graphrec.filters.biases import fit_biases
from graphrec.filters.priors import prior_covariance
from graphrec.filters.rating import fit_rating_filters
from graphrec.filters.time_effect import SECONDS_A_DAY, TimeKernel, fit_with_time
from tests.faults import PARAMS

KERNEL = TimeKernel(0.05, {0.01: 0.08, 2.0: 0.1})
OPTIONS = PARAMS.filters.explicit
PLAIN = OPTIONS.model_copy(update={"item_over_relaxation": [], "user_over_relaxation": []})


def test_the_kernel_is_the_sum_of_its_terms():
    time = np.array([0, 600, SECONDS_A_DAY - 1, SECONDS_A_DAY], np.int64)
    covariance = KERNEL(time, time)
    gap = 600 / SECONDS_A_DAY
    expected = 0.05 + 0.08 * np.exp(-gap / 0.01) + 0.1 * np.exp(-gap / 2)
    assert covariance[0, 1] == pytest.approx(expected)
    assert covariance[0, 0] == pytest.approx(0.23)
    assert covariance[2, 3] < 0.05 + covariance[0, 1]
    np.testing.assert_allclose(covariance, covariance.T)
    assert np.linalg.eigvalsh(covariance.astype(np.float64)).min() > -1e-9


def test_a_clock_of_days_cannot_tell_hours_apart():
    kernel = TimeKernel(0.05, {30.0: 0.03}, resolution=SECONDS_A_DAY)
    early, late = np.array([0], np.int64), np.array([SECONDS_A_DAY - 1], np.int64)
    other = np.array([5 * SECONDS_A_DAY + 7], np.int64)
    assert kernel(early, other) == kernel(late, other)
    assert kernel(early, late) == kernel(early, early)


def test_the_effect_is_the_expectation_given_the_users_ratings(movielens):
    data = movielens.data
    _, _, effect = fit_with_time(data, KERNEL, PLAIN)
    train, held = data.train, data.valid.interactions
    mean, _, item_bias = fit_biases(train, data.num_users, data.num_items)
    prior = prior_covariance(data.items, OPTIONS.item_prior).astype(np.float64)
    effects = effect.of(held.user, held.timestamp)
    for row in range(0, len(held), 17):
        mine = train.user == held.user[row]
        item, time = train.item[mine], train.timestamp[mine]
        covariance = prior[np.ix_(item, item)] + KERNEL(time, time)
        covariance += OPTIONS.noise_variance * np.eye(mine.sum())
        residual = train.rating[mine] - mean - item_bias[item]
        expected = KERNEL(held.timestamp[[row]], time) @ np.linalg.solve(covariance, residual)
        assert effects[row] == pytest.approx(expected[0], abs=1e-4)


def test_training_ratings_lose_the_effect_and_nothing_else_changes(movielens):
    data = movielens.data
    freed, filters, effect = fit_with_time(data, KERNEL, OPTIONS)
    taken = data.train.rating - freed.train.rating
    np.testing.assert_allclose(taken, effect.of(data.train.user, data.train.timestamp), atol=1e-5)
    np.testing.assert_array_equal(freed.train.item, data.train.item)
    assert freed.valid is data.valid
    assert set(filters) == {"base", "item", "user"}
    assert {scores.shape for scores in filters.values()} == {(data.num_users, data.num_items)}
    timeless = fit_rating_filters(freed, OPTIONS)
    np.testing.assert_array_equal(filters["user"], timeless["user"])
    np.testing.assert_array_equal(filters["base"], timeless["base"])


def test_a_kernel_of_nothing_changes_nothing(movielens):
    data = movielens.data
    freed, filters, effect = fit_with_time(data, TimeKernel(0.0, {}), OPTIONS)
    held = data.valid.interactions
    assert not effect.of(held.user, held.timestamp).any()
    np.testing.assert_array_equal(freed.train.rating, data.train.rating)
    for name, scores in fit_rating_filters(data, OPTIONS).items():
        np.testing.assert_allclose(filters[name], scores, atol=1e-5)


def test_the_effect_does_not_depend_on_what_else_is_asked(movielens):
    held = movielens.data.valid.interactions
    _, _, effect = fit_with_time(movielens.data, KERNEL, PLAIN)
    every = effect.of(held.user, held.timestamp)
    order = np.random.default_rng(0).permutation(len(held))[:20]
    np.testing.assert_allclose(
        effect.of(held.user[order], held.timestamp[order]), every[order], atol=1e-6
    )
