"""What an epoch draws: every row once, or with replacement; and negatives that are none."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from graphrec.data.sampling import InteractionSampler, NegativeSampler


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(rows=st.integers(1, 300), seed=st.integers(0, 100))
@settings(max_examples=40, deadline=None)
def test_a_full_pass_is_a_permutation(rows, seed):
    drawn = InteractionSampler(rows, seeded(seed)).draw()
    assert drawn.sort().values.tolist() == list(range(rows))


@given(rows=st.integers(1, 300), ratio=st.floats(0.01, 2))
@settings(max_examples=40, deadline=None)
def test_soft_sampling_draws_ratio_times_n_rows(rows, ratio):
    sampler = InteractionSampler(rows, seeded(), ratio)
    drawn = sampler.draw()
    assert len(drawn) == sampler.num_drawn == max(1, round(ratio * rows))
    assert ((drawn >= 0) & (drawn < rows)).all()


def test_soft_sampling_at_0_8_sees_about_55_percent_of_the_rows():
    drawn = InteractionSampler(100_000, seeded(), 0.8).draw()
    # 1 - exp(-0.8) = 0.551
    assert len(torch.unique(drawn)) / 100_000 == pytest.approx(0.551, abs=0.01)


@pytest.mark.parametrize("ratio", [None, 0.8])
def test_epochs_differ_and_the_same_seed_repeats_them(ratio):
    first, second = (InteractionSampler(500, seeded(7), ratio) for _ in range(2))
    epochs = [first.draw() for _ in range(2)]
    assert not torch.equal(*epochs)
    for epoch in epochs:
        assert torch.equal(second.draw(), epoch)


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_negatives_are_never_training_pairs(seed):
    known = np.random.default_rng(seed).random((6, 10)) < 0.6
    known[:, seed % 10] = False  # nobody knows all
    user, item = np.argwhere(known).T
    sampler = NegativeSampler(user, item, 10, seeded(seed))
    users = torch.arange(6).repeat(50, 1)
    items = sampler.sample(users)
    assert items.shape == users.shape
    assert not known[users.numpy(), items.numpy()].any()


def test_every_other_item_can_be_drawn_about_equally_often():
    user, item = np.array([0, 0, 1]), np.array([0, 3, 2])
    drawn = NegativeSampler(user, item, 5, seeded()).sample(torch.zeros(30_000, dtype=torch.long))
    count = torch.bincount(drawn, minlength=5)
    assert count[[0, 3]].tolist() == [0, 0]
    assert (count[[1, 2, 4]] / 30_000).tolist() == pytest.approx([1 / 3] * 3, abs=0.02)


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_every_unknown_item_can_be_drawn_whoever_comes_before(seed):
    """First and last items, users without any, users who leave one out."""
    rng = np.random.default_rng(seed)
    known = rng.random((5, 6)) < rng.random((5, 1))
    known[np.arange(5), rng.integers(6, size=5)] = False
    known[4, :2] = [True, False]  # the last user has some
    sampler = NegativeSampler(*np.argwhere(known).T, 6, seeded(seed))
    for user in range(5):
        drawn = sampler.sample(torch.full((300,), user))
        assert set(drawn.tolist()) == set(np.flatnonzero(~known[user]).tolist())


def test_a_pair_that_is_there_twice_is_known_once():
    sampler = NegativeSampler(np.array([0, 0, 0]), np.array([1, 1, 1]), 3, seeded())
    assert set(sampler.sample(torch.zeros(200, dtype=torch.long)).tolist()) == {0, 2}


def test_the_order_of_the_pairs_has_no_say():
    user, item = np.array([1, 0, 2, 0]), np.array([3, 2, 0, 4])
    users = torch.arange(3).repeat(50)
    drawn = [
        NegativeSampler(user[order], item[order], 5, seeded()).sample(users)
        for order in (np.arange(4), np.arange(4)[::-1].copy())
    ]
    assert torch.equal(*drawn)


def test_a_user_with_every_item_raises_instead_of_searching_for_ever():
    with pytest.raises(ValueError, match="all 4"):
        NegativeSampler(np.zeros(4, np.int64), np.arange(4), 4, seeded())
