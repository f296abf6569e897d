"""Negatives of held-out interactions: unknown pairs, of the same popularity where events are."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from graphrec.data.errors import DataError
from graphrec.data.negatives import draw_negatives, shuffle_items, with_negatives
from tests.datasets import interactions


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def csr(user_items: np.ndarray) -> sp.csr_array:
    return sp.csr_array(user_items.astype(np.float32))


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_shuffled_items_are_the_same_in_another_order_and_never_known(seed):
    known = rng(seed).random((30, 25)) < 0.1
    known[np.arange(25), np.arange(25)] = True
    held = interactions(np.arange(25), np.arange(25))
    negative = shuffle_items(held, csr(known), rng(seed))
    assert sorted(negative) == sorted(held.item)
    assert not known[held.user, negative].any()


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_popularity_cannot_tell_shuffled_items_whatever_a_user_or_an_item_has_held_out(seed):
    """Several of a user and of an item, as other splits than one of each item give."""
    known = rng(seed).random((30, 25)) < 0.2
    held = interactions(*np.argwhere(known)[::3].T)
    negative = shuffle_items(held, csr(known), rng(seed))
    assert not known[held.user, negative].any()
    np.testing.assert_array_equal(
        np.bincount(negative, minlength=25), np.bincount(held.item, minlength=25)
    )


@pytest.mark.parametrize("popularity", [np.arange(25), -np.arange(25)])
def test_the_area_under_the_curve_of_any_order_of_items_is_a_half(popularity):
    from sklearn.metrics import roc_auc_score

    known = rng(3).random((30, 25)) < 0.2
    held = interactions(*np.argwhere(known)[::3].T)
    items = np.concatenate([held.item, shuffle_items(held, csr(known), rng())])
    assert roc_auc_score(np.repeat([1, 0], len(held)), popularity[items]) == 0.5


def test_one_interaction_has_nothing_to_swap_with_and_is_drawn_uniformly():
    known = np.zeros((1, 10))
    known[0, :4] = 1
    held = interactions([0], [2])
    drawn = {int(shuffle_items(held, csr(known), rng(seed))[0]) for seed in range(60)}
    assert drawn == {4, 5, 6, 7, 8, 9}


def test_only_what_swaps_cannot_resolve_is_drawn_uniformly():
    """User 0 knows every held-out item, so its two clash for ever; users 1 to 3 can swap."""
    known = np.zeros((4, 10))
    known[0, :5] = 1
    known[[1, 2, 3], [2, 3, 4]] = 1
    held = interactions([0, 0, 1, 2, 3], [0, 1, 2, 3, 4])
    negative = shuffle_items(held, csr(known), rng(5))
    assert not known[held.user, negative].any()
    assert (negative[:2] >= 5).all()
    assert (negative[2:] < 5).all()


def test_a_user_with_every_item_is_told():
    everything = csr(np.ones((3, 3)))
    held = interactions(range(3), range(3))
    for negatives in (shuffle_items, lambda *options: with_negatives(*options[:2], True, rng())):
        with pytest.raises(DataError, match=r"expected every user to leave an item out.*all 3"):
            negatives(held, everything, rng())


def test_of_other_users_one_may_have_every_item():
    known = np.zeros((2, 3))
    known[1] = 1
    assert draw_negatives(np.array([0, 0]), csr(known), rng()).shape == (2,)


def test_uniform_draws_are_of_every_unknown_item_about_equally_often():
    known = np.zeros((1, 60))
    known[0, ::3] = 1
    count = np.bincount(draw_negatives(np.zeros(20_000, np.int64), csr(known), rng()), minlength=60)
    assert (count[::3] == 0).all()
    np.testing.assert_allclose(np.delete(count, np.s_[::3]) / 20_000, 1 / 40, rtol=0.3)


def test_pairs_that_were_rated_0_or_below_are_known_too():
    """`Interactions.matrix` is of ones, whatever the rating."""
    held = interactions([0, 0, 0], [0, 1, 2], [-1, 0, 1])
    negative = with_negatives(held, held.matrix(1, 4), True, rng()).negative
    assert negative.tolist() == [3, 3, 3]


def test_the_kind_of_feedback_chooses_and_the_held_out_rows_stay():
    held = interactions(np.arange(20), np.arange(20))
    user_items = held.matrix(20, 60)
    events, ratings = (
        with_negatives(held, user_items, explicit, rng()) for explicit in (False, True)
    )
    assert sorted(events.negative) == sorted(held.item)
    assert sorted(ratings.negative) != sorted(held.item)
    assert events.interactions is ratings.interactions is held
