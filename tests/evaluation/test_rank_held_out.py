"""One look at all scores tells what ranks, lists and single pairs tell apart."""

import numpy as np
import pytest
import torch

from graphrec.evaluation import ranking
from graphrec.evaluation.ranking import Seen, rank_held_out, recommend, relevant_ranks
from tests.datasets import interactions
from tests.evaluation.tables import NUM_ITEMS, NUM_USERS, Ranker, held_out, random_table

K = 4


@pytest.mark.parametrize("block", [1, 5, 512])
@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_each_of_them_alone(seed, block, monkeypatch):
    monkeypatch.setattr(ranking, "BLOCK", block)
    rng = np.random.default_rng(seed)
    part, table = held_out(seed, True), random_table(seed, ties=seed % 2 == 0)
    pairs, score_items = part.interactions, Ranker(table).score_items
    relevant = pairs.rating >= 4
    seen = Seen([interactions(rng.integers(0, NUM_USERS, 40), rng.integers(0, NUM_ITEMS, 40))], 12)

    ranked = rank_held_out(score_items, part, relevant, seen, K)

    assert torch.equal(ranked.positive, table[pairs.user, pairs.item])
    assert torch.equal(ranked.negative, table[pairs.user, part.negative])
    user, rank = relevant_ranks(score_items, pairs[relevant], seen, K)
    assert torch.equal(ranked.user, user)
    assert torch.equal(ranked.rank, rank)
    assert torch.equal(ranked.lists, recommend(score_items, torch.unique(user), seen, K))


def test_nothing_relevant_is_no_rank_and_no_list():
    part, nothing = held_out(0, True), Seen([interactions([], [])], NUM_USERS)
    ranked = rank_held_out(
        Ranker(random_table(0)).score_items, part, np.zeros(len(part), bool), nothing, K
    )
    assert ranked.rank.shape == (0,)
    assert ranked.lists.shape == (0, K)
    assert len(ranked.positive) == len(part)
