"""The time effect against the Gaussian model that it comes from, and what it may know."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from graphrec.config.params import select_run
from graphrec.filters.gaussian import fit_biases
from graphrec.filters.rating import item_prior
from graphrec.filters.time_effect import SECONDS_A_DAY, TimeKernel, fit_with_time
from graphrec.training.time_aware import fit_time_aware, time_kernel
from tests.models.test_ngcf_final import PARAMS

KERNEL = TimeKernel(0.05, {0.01: 0.08, 2.0: 0.1})
NOISE = 0.6


def test_the_kernel_is_the_sum_of_its_terms():
    time = np.array([0, 600, SECONDS_A_DAY - 1, SECONDS_A_DAY], np.int64)
    found = KERNEL(time, time)
    gap = 600 / SECONDS_A_DAY
    assert found[0, 1] == pytest.approx(0.05 + 0.08 * np.exp(-gap / 0.01) + 0.1 * np.exp(-gap / 2))
    assert found[0, 0] == pytest.approx(0.23)
    assert found[2, 3] < 0.05 + found[0, 1]
    np.testing.assert_allclose(found, found.T)
    assert np.linalg.eigvalsh(found.astype(np.float64)).min() > -1e-9


def test_a_clock_of_days_cannot_tell_hours_apart():
    kernel = time_kernel(PARAMS.movielens.time_aware.day)
    early, late = np.array([0], np.int64), np.array([SECONDS_A_DAY - 1], np.int64)
    other = np.array([5 * SECONDS_A_DAY + 7], np.int64)
    assert kernel(early, other) == kernel(late, other)
    assert kernel(early, late) == kernel(early, early)


def test_the_effect_is_the_expectation_given_the_users_ratings(movielens):
    data = movielens.data
    _, _, effect = fit_with_time(data, KERNEL, NOISE, [], [])
    train, held = data.train, data.valid.interactions
    mean, _, item_bias = fit_biases(train, data.num_users, data.num_items)
    prior = item_prior(data.item_features).astype(np.float64)
    found = effect.of(held.user, held.timestamp)
    for row in range(0, len(held), 17):
        mine = train.user == held.user[row]
        item, time = train.item[mine], train.timestamp[mine]
        covariance = prior[np.ix_(item, item)] + KERNEL(time, time) + NOISE * np.eye(mine.sum())
        residual = train.rating[mine] - mean - item_bias[item]
        expected = KERNEL(held.timestamp[[row]], time) @ np.linalg.solve(covariance, residual)
        assert found[row] == pytest.approx(expected[0], abs=1e-4)


def test_training_targets_lose_the_effect_and_nothing_else_changes(movielens):
    data = movielens.data
    freed, filters, effect = fit_with_time(data, KERNEL, NOISE, [1], [1])
    taken = data.train.rating - freed.train.rating
    np.testing.assert_allclose(taken, effect.of(data.train.user, data.train.timestamp), atol=1e-5)
    np.testing.assert_array_equal(freed.train.item, data.train.item)
    assert freed.valid is data.valid
    assert {block.shape for block in filters.values()} == {(data.num_users, data.num_items)}


def test_held_out_targets_do_not_matter_and_times_do(movielens):
    data, test = movielens.data, movielens.test
    params = PARAMS.model_copy(update={"train": PARAMS.train.model_copy(update={"epochs": 1})})
    run, options = select_run(params, "movielens-mse"), params.movielens.time_aware.second

    def predicted(held):
        predictor = fit_time_aware(run, params, data, [held], options)
        pairs = held.interactions
        user, item = (torch.from_numpy(part) for part in (pairs.user, pairs.item))
        return predictor.predict(user, item).numpy()

    first = predicted(test)
    pairs = test.interactions
    other = replace(test, interactions=replace(pairs, rating=6 - pairs.rating))
    np.testing.assert_array_equal(first, predicted(other))
    later = replace(test, interactions=replace(pairs, timestamp=pairs.timestamp + 10**9))
    assert np.abs(first - predicted(later)).max() > 0.01
