"""Splits made here: what is held out, ties, and what a test part is like."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphrec.data.interactions import Interactions
from graphrec.data.readers.movielens import prepare_movielens
from graphrec.data.splits import SPLITS, describe_test, last_one_out


def interactions(seed: int, count: int = 200, moments: int = 15) -> Interactions:
    """Few moments, so that many are tied."""
    rng = np.random.default_rng(seed)
    pairs = np.argwhere(np.ones((20, 30), bool))[np.sort(rng.permutation(600)[:count])]
    time = rng.integers(moments, size=count) * 1000
    return Interactions(pairs[:, 0], pairs[:, 1], np.ones(count, np.float32), time)


@pytest.mark.parametrize("name", SPLITS)
@given(seed=st.integers(0, 50))
def test_the_seed_alone_decides(name, seed):
    every = interactions(seed)
    first, second = (SPLITS[name](every, 0.2, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@given(seed=st.integers(0, 50))
def test_the_last_one_out_is_one_a_user_and_none_is_later(seed):
    every = interactions(seed)
    held = last_one_out(every, 0.0, np.random.default_rng(seed))
    assert np.bincount(every.user[held]).max() == 1
    assert set(every.user[held]) == set(every.user)
    for user in np.unique(every.user):
        mine = every.user == user
        assert every.timestamp[mine & held] == every.timestamp[mine].max()


def test_ties_follow_the_seed_and_not_the_item():
    every = interactions(0, moments=1)
    items = [
        every.item[last_one_out(every, 0.0, np.random.default_rng(seed))] for seed in range(30)
    ]
    spread = np.mean([held.mean() for held in items])
    assert spread == pytest.approx(every.item.mean(), abs=2)
    assert not np.array_equal(items[0], items[1])


@given(seed=st.integers(0, 50), fraction=st.floats(0.05, 0.9))
def test_global_time_holds_out_the_latest_share(seed, fraction):
    every = interactions(seed)
    held = SPLITS["global-time"](every, fraction, np.random.default_rng(seed))
    assert held.sum() == round(fraction * len(every))
    assert every.timestamp[held].min() >= every.timestamp[~held].max()


@pytest.mark.parametrize("fold", SPLITS)
def test_each_can_be_prepared_and_validates_in_its_own_manner(raw, fold):
    data, test, published, _ = prepare_movielens(raw["movielens"], fold, 0.1, 7, 0.2)
    parts = data.train, data.valid.interactions, test.interactions
    assert sum(map(len, parts)) == published
    if fold == "last-one-out":
        assert len(test) == len(data.valid) == data.num_users
    else:
        assert len(test) == round(0.2 * published)
    if fold == "global-time":
        assert parts[0].timestamp.max() <= parts[1].timestamp.min() <= parts[1].timestamp.max()
        assert parts[1].timestamp.max() <= parts[2].timestamp.min()


def test_the_past_in_a_test_part_is_what_precedes_the_last_training_interaction(raw):
    data, test, _, _ = prepare_movielens(raw["movielens"], "last-one-out", 0.1, 7)
    assert describe_test(data, test)["test_before_last_training"] == 0
    data, test, _, _ = prepare_movielens(raw["movielens"], "random", 0.1, 7)
    found = describe_test(data, test)
    latest = [
        data.train.timestamp[data.train.user == user].max() for user in test.interactions.user
    ]
    assert found["test_before_last_training"] == np.mean(test.interactions.timestamp < latest)
    assert found["test_users"] == len(set(test.interactions.user.tolist()))
    cold = set(test.interactions.item.tolist()) - set(data.train.item.tolist())
    assert found["cold_items_in_test"] == len(cold)
