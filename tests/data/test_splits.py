"""Splits made here: what is held out, ties, and what a test part is like."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphrec.data.interactions import Interactions
from graphrec.data.prepare import prepare
from graphrec.data.readers.choice import read_raw
from graphrec.data.splits import (
    SPLITS,
    describe_test,
    leave_one_out,
    one_per_item,
    random_per_user,
    temporal,
)
from tests.data.comparison import with_split
from tests.faults import PARAMS

MOVIELENS = PARAMS.datasets["movielens"]


def timed(seed: int, count: int = 200, moments: int = 15) -> Interactions:
    """Few moments, so that many are tied; user 20 has but one interaction."""
    rng = np.random.default_rng(seed)
    pairs = np.argwhere(np.ones((20, 30), bool))[np.sort(rng.permutation(600)[:count])]
    pairs = np.vstack([pairs, [20, rng.integers(30)]])
    timestamp = rng.integers(moments, size=count + 1) * 1000
    return Interactions(pairs[:, 0], pairs[:, 1], np.ones(count + 1, np.float32), timestamp)


@pytest.mark.parametrize("name", SPLITS)
@given(seed=st.integers(0, 50))
def test_the_seed_alone_decides(name, seed):
    every = timed(seed)
    first, second = (SPLITS[name](every, 0.2, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", SPLITS)
@pytest.mark.parametrize("moments", [15, 1])
def test_numbers_of_items_have_no_say_not_even_where_all_times_are_equal(name, moments):
    every = timed(0, moments=moments)
    relabelled = replace(every, item=np.random.default_rng(1).permutation(30)[every.item])
    first, second = (
        SPLITS[name](part, 0.2, np.random.default_rng(3)) for part in (every, relabelled)
    )
    np.testing.assert_array_equal(first, second)


@given(seed=st.integers(0, 50))
def test_leave_one_out_takes_one_a_user_and_none_is_later(seed):
    every = timed(seed)
    held = leave_one_out(every, 0.0, np.random.default_rng(seed))
    count = np.bincount(every.user)
    np.testing.assert_array_equal(np.bincount(every.user[held], minlength=21), count > 1)
    for user in np.unique(every.user[held]):
        mine = every.user == user
        assert every.timestamp[mine & held] == every.timestamp[mine].max()


@pytest.mark.parametrize("split", [leave_one_out, temporal])
def test_ties_follow_the_seed_and_not_the_item(split):
    every = timed(0, moments=1)
    every = every[np.argsort(every.item, kind="stable")]
    items = [every.item[split(every, 0.1, np.random.default_rng(seed))] for seed in range(30)]
    mean = np.mean([held.mean() for held in items])
    assert mean == pytest.approx(every.item.mean(), abs=2)
    assert not np.array_equal(items[0], items[1])


@given(seed=st.integers(0, 50), fraction=st.floats(0.05, 0.95))
def test_random_per_user_takes_a_share_of_each_but_never_the_only_one(seed, fraction):
    every = timed(seed)
    held = random_per_user(every, fraction, np.random.default_rng(seed))
    count = np.bincount(every.user)
    expected = np.minimum(np.rint(fraction * count), np.maximum(count - 1, 0))
    np.testing.assert_array_equal(np.bincount(every.user[held], minlength=21), expected)


def test_random_per_user_takes_any_row_about_equally_often():
    every = timed(0)
    share = np.mean(
        [random_per_user(every, 0.5, np.random.default_rng(seed)) for seed in range(400)], axis=0
    )
    few = np.bincount(every.user)[every.user]
    # 400 draws at a half: five standard errors are 0.125.
    expected = np.minimum(np.rint(0.5 * few), few - 1) / few
    np.testing.assert_allclose(share, expected, atol=0.125)


@given(seed=st.integers(0, 50), fraction=st.floats(0.05, 0.9))
def test_temporal_holds_out_the_latest_share(seed, fraction):
    every = timed(seed)
    held = SPLITS["temporal"](every, fraction, np.random.default_rng(seed))
    assert held.sum() == round(fraction * len(every))
    assert every.timestamp[held].min() >= every.timestamp[~held].max()


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_one_per_item_takes_one_of_an_item_at_most_and_every_user_keeps_one(seed):
    rng = np.random.default_rng(seed)
    cast = rng.random((15, 12)) < 0.25
    cast[rng.integers(15, size=12), np.arange(12)] = True
    user, item = np.argwhere(cast).T
    every = Interactions(user, item, np.ones(len(user), np.float32), np.zeros(len(user), np.int64))
    valid, test = one_per_item(every, rng)
    held = valid | test
    assert not (valid & test).any()
    assert abs(int(valid.sum()) - int(test.sum())) <= 1
    assert np.bincount(item[held], minlength=12).max(initial=0) <= 1
    assert set(user[~held]) == set(user)
    # And as many as can be: what is left of an item without one belongs to users with one.
    left = np.bincount(user[~held], minlength=15)
    untouched = np.setdiff1d(np.arange(12), item[held])
    assert (left[user[np.isin(item, untouched)]] == 1).all()


def prepared_by(raw, strategy: str):
    about = with_split(MOVIELENS, strategy)
    return prepare(read_raw(raw["movielens"], about), about, 7)


def test_the_past_in_a_test_part_is_what_precedes_the_last_training_interaction(raw):
    data, test = prepared_by(raw, "leave_one_out")
    assert describe_test(data, test)["test_before_last_training"] == 0
    data, test = prepared_by(raw, "random")
    described = describe_test(data, test)
    latest = [
        data.train.timestamp[data.train.user == user].max() for user in test.interactions.user
    ]
    assert described["test_before_last_training"] == np.mean(test.interactions.timestamp < latest)
    assert described["test_users"] == len(set(test.interactions.user.tolist()))
    cold = set(test.interactions.item.tolist()) - set(data.train.item.tolist())
    assert described["cold_items_in_test"] == len(cold)


def test_what_came_at_the_same_moment_as_the_last_training_interaction_is_not_past(raw):
    data, test = prepared_by(raw, "random")
    tied = replace(data.train, timestamp=np.full_like(data.train.timestamp, 7))
    held = replace(test.interactions, timestamp=np.full_like(test.interactions.timestamp, 7))
    held.timestamp[0] = 6
    described = describe_test(replace(data, train=tied), replace(test, interactions=held))
    assert described["test_before_last_training"] == 1 / len(held)


def test_a_cold_user_in_the_test_part_has_no_past(raw):
    data, test = prepared_by(raw, "random")
    user = test.interactions.user[0]
    train = data.train[data.train.user != user]
    described = describe_test(replace(data, train=train), test)
    assert described["cold_users_in_test"] == 1
    mine = test.interactions[test.interactions.user == user]
    alone = describe_test(replace(data, train=train), replace(test, interactions=mine))
    assert alone["test_before_last_training"] == 0
