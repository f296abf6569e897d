"""Any data set is held out by any strategy: a partition, by the seed, or an error with advice."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from graphrec.config.datasets import RatingScale, Strategy
from graphrec.data.prepare import prepare
from tests.data.comparison import assert_same_interactions, pairs, rows, split_of, with_split

STRATEGIES = [strategy for strategy in get_args(Strategy) if strategy != "published"]


@pytest.fixture(params=STRATEGIES)
def strategy(request) -> str:
    return request.param


def test_the_parts_are_a_partition_and_ratings_and_times_stay_with_their_pairs(source, strategy):
    raw, about = source
    prepared = prepare(raw, with_split(about, strategy), 7)
    split = split_of(prepared)
    assert sum(map(len, split)) == len(raw)
    assert set.union(*map(rows, split)) == rows(raw.interactions)
    for held_out in (prepared.data.valid, prepared.test):
        assert held_out.negative.shape == (len(held_out),)


def test_what_is_said_and_known_beside_interactions_stays_as_it_is(source, strategy):
    raw, about = source
    about = with_split(about, strategy)
    data = prepare(raw, about, 7).data
    assert data.users is raw.users
    assert data.items is raw.items
    assert data.about is about


def test_the_seed_decides_and_another_seed_gives_another_split(source, strategy):
    raw, about = source
    about = with_split(about, strategy)
    first, same, other = (prepare(raw, about, seed) for seed in (7, 7, 8))
    for part, expected in zip(split_of(same), split_of(first), strict=True):
        assert_same_interactions(part, expected)
    for held_out, expected in ((same.data.valid, first.data.valid), (same.test, first.test)):
        np.testing.assert_array_equal(held_out.negative, expected.negative)
    if strategy not in ("leave_one_out", "temporal"):  # there times decide, and the seed the ties
        assert pairs(other.data.train) != pairs(first.data.train)
        assert pairs(other.test.interactions) != pairs(first.test.interactions)
    assert not np.array_equal(other.test.negative, first.test.negative)


@pytest.mark.parametrize("tied", [False, True])
def test_relabelled_items_give_the_same_split_by_row(source, strategy, tied):
    """Not even where all times are equal may the numbers of items decide."""
    raw, about = source
    about, every = with_split(about, strategy), raw.interactions
    if tied:
        every = replace(every, timestamp=np.full_like(every.timestamp, 5))
    relabel = np.random.default_rng(1).permutation(len(raw.items))
    prepared, relabelled = (
        prepare(replace(raw, interactions=part), about, 7)
        for part in (every, replace(every, item=relabel[every.item]))
    )
    for part, other in zip(split_of(prepared), split_of(relabelled), strict=True):
        assert_same_interactions(replace(part, item=relabel[part.item]), other)


@pytest.mark.parametrize("strategy", ["random_per_user", "leave_one_out", "one_per_item"])
def test_every_user_keeps_a_training_interaction(source, strategy):
    raw, about = source
    data, _ = prepare(raw, with_split(about, strategy, 0.6, 0.9), 7)
    assert set(data.train.user) == set(raw.interactions.user)


def test_leave_one_out_tests_the_latest_and_validates_the_one_before(source):
    raw, about = source
    train, valid, test = split_of(prepare(raw, with_split(about, "leave_one_out"), 7))
    count = np.bincount(raw.interactions.user, minlength=len(raw.users))
    for part, least in ((test, 2), (valid, 3)):
        np.testing.assert_array_equal(np.bincount(part.user, minlength=len(count)), count >= least)
    for earlier, later in ((train, valid), (valid, test)):
        for user in np.intersect1d(earlier.user, later.user):
            latest = earlier.timestamp[earlier.user == user].max()
            assert latest <= later.timestamp[later.user == user].min()


@pytest.mark.parametrize("strategy", ["random", "temporal"])
def test_shares_are_of_all_and_of_the_rest(source, strategy):
    raw, about = source
    _, valid, test = split_of(prepare(raw, with_split(about, strategy, 0.3, 0.2), 7))
    assert len(test) == round(0.3 * len(raw))
    assert len(valid) == round(0.2 * (len(raw) - len(test)))


def test_temporal_trains_on_the_past_of_validation_and_that_on_the_past_of_the_test(source):
    raw, about = source
    train, valid, test = split_of(prepare(raw, with_split(about, "temporal"), 7))
    assert train.timestamp.max() <= valid.timestamp.min()
    assert valid.timestamp.max() <= test.timestamp.min()


def test_negatives_are_unknown_when_they_are_drawn(source, strategy):
    raw, about = source
    prepared = prepare(raw, with_split(about, strategy), 7)
    train, valid, test = map(pairs, split_of(prepared))
    known = train | valid
    for held_out, user_items in ((prepared.data.valid, known), (prepared.test, known | test)):
        user, negative = held_out.interactions.user.tolist(), held_out.negative.tolist()
        assert not set(zip(user, negative, strict=True)) & user_items


def test_whether_there_are_ratings_has_no_say_in_the_split(source, strategy):
    raw, about = source
    scale = RatingScale(minimum=0, maximum=5, relevance_threshold=0.5)
    explicit, implicit = (
        prepare(raw, with_split(about.model_copy(update={"ratings": ratings}), strategy), 7)
        for ratings in (scale, None)
    )
    for part, other in zip(split_of(explicit), split_of(implicit), strict=True):
        assert_same_interactions(part, other)
