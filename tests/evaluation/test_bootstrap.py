"""Sums by user, weights, and resampled users."""

import numpy as np
import pytest

from graphrec.evaluation.bootstrap import UserSums, resample


def test_sums_by_user_give_the_mean_over_all_values():
    user, value = np.array([3, 0, 3, 7]), np.array([1.0, 2.0, 3.0, 6.0])
    sums = UserSums.of(user, value)
    assert sums.user.tolist() == [0, 3, 7]
    assert sums.total.tolist() == [2, 4, 6]
    assert sums.count.tolist() == [1, 2, 1]
    assert sums.value() == pytest.approx(value.mean())


def test_weights_count_users_as_often_as_they_say():
    sums = UserSums(np.arange(3), np.array([2.0, 4.0, 6.0]), np.array([1.0, 2.0, 1.0]))
    assert sums.value(np.array([2.0, 0.0, 1.0])) == pytest.approx((2 * 2 + 6) / 3)
    assert np.isnan(sums.value(np.zeros(3)))


def test_as_a_measure_it_takes_a_weight_for_every_user_there_is():
    sums = UserSums(np.array([1, 4]), np.array([2.0, 6.0]), np.array([1.0, 2.0]))
    assert sums(None) == sums.value() == pytest.approx(8 / 3)
    assert sums(np.array([9.0, 2.0, 9.0, 9.0, 1.0])) == pytest.approx((2 * 2 + 6) / 4)


def test_resamples_are_of_as_many_users_as_there_are():
    seen = []

    def total(weight):
        seen.append(weight)
        return float(weight.sum())

    user = np.array([5, 2, 2, 9])
    draws = resample({"total": total}, user, 20, seed=3)
    assert draws["total"].tolist() == [3.0] * 20
    assert all(set(np.flatnonzero(weight)) <= {2, 5, 9} for weight in seen)
    assert len({tuple(weight) for weight in seen}) > 3


def test_draws_of_two_models_are_paired():
    rng = np.random.default_rng(0)
    user = np.arange(40)
    base = rng.normal(size=40)
    first, second = (
        resample({"m": UserSums.of(user, values)}, user, 50, seed=1)["m"]
        for values in (base + 1, base)
    )
    np.testing.assert_allclose(first - second, 1)
    again = resample({"m": UserSums.of(user, base)}, user, 50, seed=2)["m"]
    assert (again != second).any()


def test_all_measures_see_the_same_resamples():
    user, value = np.arange(10), np.arange(10.0)
    sums = UserSums.of(user, value)
    draws = resample({"one": sums, "double": lambda w: 2 * sums(w)}, user, 30, seed=1)
    np.testing.assert_allclose(2 * draws["one"], draws["double"])


def test_the_spread_is_that_of_a_mean():
    value = np.random.default_rng(1).normal(size=400)
    draws = resample({"m": UserSums.of(np.arange(400), value)}, np.arange(400), 500, seed=1)["m"]
    assert draws.std(ddof=1) == pytest.approx(value.std() / 20, rel=0.15)
    assert draws.mean() == pytest.approx(value.mean(), abs=0.01)
