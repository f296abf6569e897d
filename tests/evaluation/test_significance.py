"""Paired bootstrap and Holm's correction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphrec.evaluation.bootstrap import UserSums
from graphrec.evaluation.significance import (
    RESAMPLES,
    Difference,
    difference_of,
    holm,
    paired_difference,
)


def measured(values, count=None) -> UserSums:
    values = np.asarray(values, float)
    count = np.ones(len(values)) if count is None else np.asarray(count, float)
    return UserSums(np.arange(len(values)), values, count)


def test_holm_by_a_worked_example():
    # Sorted: 0.005 x 4, 0.01 x 3, 0.03 x 2, 0.04 x 1, each at least the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_of_one_value_changes_nothing_and_of_none_is_none():
    assert holm([0.2]) == [0.2]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_holm_keeps_the_order_and_lies_between_no_correction_and_bonferroni(p_values):
    corrected = holm(p_values)
    for p, q in zip(p_values, corrected, strict=True):
        assert p <= q <= min(1, p * len(p_values)) + 1e-12
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(np.array(corrected)[order]) >= 0).all()


def test_difference_is_antisymmetric():
    rng = np.random.default_rng(8)
    first, second = measured(rng.random(50)), measured(rng.random(50))
    forward, backward = paired_difference(first, second, 1), paired_difference(second, first, 1)
    assert forward.value == pytest.approx(-backward.value)
    assert (forward.low, forward.high) == pytest.approx((-backward.high, -backward.low))
    assert forward.p == backward.p


def test_pairing_sees_a_small_difference_that_spread_would_hide():
    rng = np.random.default_rng(8)
    base = rng.normal(size=200) * 10
    better = base + 0.1 + rng.normal(size=200) * 0.1
    difference = paired_difference(measured(better), measured(base), 1)
    assert difference.value == pytest.approx(0.1, abs=0.03)
    assert 0 < difference.low < difference.value < difference.high
    assert difference.p < 0.01


def test_equal_predictors_tie():
    same = measured(np.random.default_rng(0).random(30))
    difference = paired_difference(same, same, 1)
    assert (difference.value, difference.low, difference.high, difference.p) == (0, 0, 0, 1)
    assert difference.verdict(difference.p, higher_is_better=True) == "tie"


def test_users_weigh_as_much_as_their_counts():
    first, second = measured([2, 30], [1, 10]), measured([1, 0], [1, 10])
    assert paired_difference(first, second, 0).value == pytest.approx((32 - 1) / 11)


def test_other_users_raise():
    first = UserSums(np.array([0, 1]), np.ones(2), np.ones(2))
    second = UserSums(np.array([0, 2]), np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="same users"):
        paired_difference(first, second, 0)


@pytest.mark.parametrize(
    ("value", "higher_is_better", "verdict"),
    [(1.0, True, "better"), (1.0, False, "worse"), (-1.0, True, "worse"), (-1.0, False, "better")],
)
def test_verdicts(value, higher_is_better, verdict):
    difference = Difference(value, value - 0.5, value + 0.5, 0.001)
    assert difference.verdict(0.01, higher_is_better) == verdict
    assert difference.verdict(0.2, higher_is_better) == "tie"


def test_false_alarms_are_about_as_rare_as_the_level_says():
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(100):
        first, second = measured(rng.normal(size=60)), measured(rng.normal(size=60))
        alarms += paired_difference(first, second, 3).p <= 0.05
    assert alarms <= 14  # 5 expected, four standard errors more


def test_interval_and_p_value_by_hand():
    draws = np.concatenate([np.full(10, -1.0), np.arange(1, 991)])
    difference = difference_of(5.0, draws)
    assert difference.value == 5.0
    assert (difference.low, difference.high) == pytest.approx(np.quantile(draws, [0.025, 0.975]))
    assert difference.p == pytest.approx(2 * 10 / 1000)


def test_a_p_value_is_no_less_than_the_draws_can_tell_and_no_more_than_one():
    assert difference_of(1.0, np.ones(500)).p == 1 / 500
    assert difference_of(0.0, np.zeros(500)).p == 1.0
    rng = np.random.default_rng(0)
    base = rng.normal(size=50)
    assert paired_difference(measured(base + 1), measured(base), 0).p == 1 / RESAMPLES


def test_the_same_seed_gives_the_same_difference():
    rng = np.random.default_rng(3)
    first, second = measured(rng.random(50)), measured(rng.random(50))
    assert paired_difference(first, second, 4) == paired_difference(first, second, 4)
    assert paired_difference(first, second, 4) != paired_difference(first, second, 5)
