"""Any data set is held out by any strategy: a partition, by the seed, or an error with advice."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from graphrec.config.datasets import DatasetParams, Strategy
from graphrec.data.dataset import RawData
from graphrec.data.interactions import Interactions
from graphrec.data.prepare import prepare
from graphrec.data.readers.choice import read_raw
from tests.data.comparison import assert_same_interactions, pairs, rows, split_of, with_split
from tests.datasets import SCALE, dataset, entities, interactions
from tests.faults import PARAMS

STRATEGIES = [strategy for strategy in get_args(Strategy) if strategy != "published"]
NUM_USERS, NUM_ITEMS = 12, 20


def own(explicit: bool) -> tuple[RawData, DatasetParams]:
    """By hand: half stars or events at few moments; the last user has but one interaction."""
    rng = np.random.default_rng(4)
    user, item = np.argwhere(rng.random((NUM_USERS - 1, NUM_ITEMS)) < 0.4).T
    user, item = np.append(user, NUM_USERS - 1), np.append(item, 3)
    rating = rng.integers(1, 11, len(user)) / 2 if explicit else None
    timestamp = rng.integers(9, size=len(user)) * 1000
    every = replace(interactions(user, item, rating), timestamp=timestamp)
    raw = RawData(entities("u", NUM_USERS), entities("i", NUM_ITEMS), every)
    return raw, dataset(NUM_USERS, NUM_ITEMS, every, explicit).about


@pytest.fixture(params=["movielens", "imdb", "own ratings", "own events"])
def source(request, raw) -> tuple[RawData, DatasetParams]:
    """All interactions of a data set in one table, and what it says of itself."""
    if request.param.startswith("own"):
        return own(request.param == "own ratings")
    about = with_split(PARAMS.datasets[request.param], "random")
    return read_raw(raw[request.param], about), about


@pytest.fixture(params=STRATEGIES)
def strategy(request) -> str:
    return request.param


def test_the_parts_are_a_partition_and_ratings_and_times_stay_with_their_pairs(source, strategy):
    raw, about = source
    prepared = prepare(raw, with_split(about, strategy), 7)
    parts = split_of(prepared)
    assert sum(map(len, parts)) == len(raw)
    assert set.union(*map(rows, parts)) == rows(raw.interactions)
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


def published(raw: RawData, valid: bool = False) -> RawData:
    """`raw` as if its files held a fifth out to test, and another to validate."""
    fifth = np.arange(len(raw)) % 5
    every = raw.interactions
    if not valid:
        return replace(raw, interactions=every[fifth > 0], test=every[fifth == 0])
    train, held = every[fifth > 1], every[fifth == 1]
    return replace(raw, interactions=train, valid=held, test=every[fifth == 0])


def test_what_the_files_hold_out_tests_and_a_share_of_the_rest_validates(source):
    raw, about = source
    given = published(raw)
    train, valid, test = split_of(prepare(given, with_split(about, "published"), 7))
    assert_same_interactions(test, given.test)
    assert len(valid) == round(0.1 * len(given.interactions))
    joined = Interactions.concatenate([train, valid])
    assert rows(joined) == rows(given.interactions)


def test_what_the_files_validate_with_validates(source):
    raw, about = source
    given = published(raw, valid=True)
    prepared = prepare(given, with_split(about, "published"), 7)
    expected = (given.interactions, given.valid, given.test)
    for part, of_files in zip(split_of(prepared), expected, strict=True):
        assert_same_interactions(part, of_files)


def test_negatives_are_unknown_when_they_are_drawn(source, strategy):
    raw, about = source
    prepared = prepare(raw, with_split(about, strategy), 7)
    train, valid, test = map(pairs, split_of(prepared))
    known = train | valid
    for held_out, user_items in ((prepared.data.valid, known), (prepared.test, known | test)):
        user, negative = held_out.interactions.user.tolist(), held_out.negative.tolist()
        assert not set(zip(user, negative, strict=True)) & user_items


def test_validation_negatives_do_not_know_the_test_part(source):
    """Other test pairs, the same negatives; and a test pair may be among them."""
    raw, about = source
    given, about = published(raw), with_split(about, "published")
    others = replace(given, test=given.test[np.arange(len(given.test)) % 2 == 0])
    first, second = (prepare(part, about, 7) for part in (given, others))
    np.testing.assert_array_equal(first.data.valid.negative, second.data.valid.negative)
    drawn = set()
    for seed in range(20):
        valid = prepare(given, about, seed).data.valid
        user, negative = valid.interactions.user.tolist(), valid.negative.tolist()
        drawn |= set(zip(user, negative, strict=True))
    assert drawn & pairs(given.test)


def test_the_range_of_ratings_has_no_say_in_the_split(strategy):
    raw, about = own(explicit=True)
    wide = SCALE.model_copy(update={"maximum": 10.0, "relevance_threshold": 1.0})
    first, second = (
        prepare(raw, with_split(about.model_copy(update={"ratings": scale}), strategy), 7)
        for scale in (SCALE, wide)
    )
    for part, other in zip(split_of(first), split_of(second), strict=True):
        assert_same_interactions(part, other)
