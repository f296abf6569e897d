"""What files hold out is held out as they say, and says nothing of itself before it is read."""

from dataclasses import replace

import numpy as np

from graphrec.data.dataset import RawData
from graphrec.data.interactions import Interactions
from graphrec.data.prepare import prepare
from tests.data.comparison import assert_same_interactions, pairs, rows, split_of, with_split


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
