"""Ranks over all unseen items: ties, masks, and what has to raise."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from graphrec.evaluation import ranking
from graphrec.evaluation.ranking import Seen, recommend, relevant_ranks
from tests.ranked import Task, interactions, random_task

SEEDS = st.integers(0, 10**6)


def ranks_by_user(task: Task) -> dict[int, list[int]]:
    user, rank = relevant_ranks(*task.arguments())
    assert (user.diff() >= 0).all()
    return {int(u): sorted(rank[user == u].tolist()) for u in torch.unique(user)}


@pytest.mark.parametrize("ties", [True, False])
def test_ranks_agree_with_sorting_one_user_at_a_time(ties):
    for seed in range(60):
        task = random_task(seed, ties)
        expected = {u: (np.flatnonzero(task.marks(u)) + 1).tolist() for u in task.users()}
        assert ranks_by_user(task) == expected


def test_blocks_of_users_do_not_change_the_ranks(monkeypatch):
    task = random_task(5)
    whole = ranks_by_user(task)
    monkeypatch.setattr(ranking, "BLOCK", 2)
    assert ranks_by_user(task) == whole


@pytest.mark.parametrize("depth", [1, 3, 1000])
def test_ranks_up_to_a_depth_are_exact_and_others_beyond_it(depth):
    for seed in range(40):
        task = random_task(seed, ties=seed % 2 == 0)
        user, exact = relevant_ranks(*task.arguments())
        same, rank = relevant_ranks(*task.arguments(), depth)
        assert torch.equal(user, same)
        assert torch.equal(rank.clamp(max=depth + 1), exact.clamp(max=depth + 1))


def test_each_rank_belongs_to_its_own_interaction():
    scores = torch.tensor([[0.1, 0.9, 0.5, 0.7]])
    nothing = Seen([interactions([])], 1)
    _, rank = relevant_ranks(lambda user: scores[user], interactions([(0, 2), (0, 1)]), nothing)
    assert rank.tolist() == [3, 1]


def test_ties_never_favour_relevant_items():
    constant = Task(np.ones((1, 30), np.float32), np.arange(30)[None] < 3, np.zeros((1, 30), bool))
    assert ranks_by_user(constant) == {0: [28, 29, 30]}


def test_relevant_items_do_not_count_against_each_other():
    scores = np.array([[3.0, 2.0, 1.0, 0.0]], np.float32)
    task = Task(scores, np.array([[1, 1, 1, 0]], bool), np.zeros((1, 4), bool))
    assert ranks_by_user(task) == {0: [1, 2, 3]}


def test_nan_scores_raise():
    task = random_task(1)
    task.scores[task.users()[0], -1] = np.nan
    scorer, relevant, seen = task.arguments()
    with pytest.raises(ValueError, match=r"expected finite scores.*NaN"):
        relevant_ranks(scorer, relevant, seen)
    with pytest.raises(ValueError, match=r"expected finite scores.*NaN"):
        recommend(scorer, torch.as_tensor(task.users()), seen, 3)


@given(SEEDS)
@settings(max_examples=50, deadline=None)
def test_seen_items_are_never_recommended(seed):
    task = random_task(seed)
    scorer, _, seen = task.arguments()
    user = torch.arange(len(task.scores))
    fewest = int((~task.seen).sum(axis=1).min())
    lists = recommend(scorer, user, seen, fewest)
    assert lists.shape == (len(user), fewest)
    assert not task.seen[user[:, None], lists].any()


@given(SEEDS)
@settings(max_examples=50, deadline=None)
def test_lists_hold_the_best_unseen_items_best_first_and_each_once(seed):
    task = random_task(seed)
    scorer, _, seen = task.arguments()
    for user in range(len(task.scores)):
        unseen = np.flatnonzero(~task.seen[user])
        expected = sorted(unseen, key=lambda item: (-task.scores[user, item], item))[:5]
        expected += [-1] * (5 - len(expected))  # fewer than five unseen items
        assert recommend(scorer, torch.tensor([user]), seen, 5)[0].tolist() == expected


def test_seen_parts_add_up_and_users_without_any_are_left_alone():
    seen = Seen([interactions([(2, 0), (0, 1)]), interactions([(0, 3)])], 3)
    masked = seen.mask(torch.zeros(3, 4), torch.tensor([2, 1, 0]))
    assert torch.isinf(masked).nonzero().tolist() == [[0, 0], [2, 1], [2, 3]]


def test_without_relevant_interactions_there_are_no_ranks():
    scorer, _, seen = random_task(3).arguments()
    user, rank = relevant_ranks(scorer, interactions([]), seen)
    assert (len(user), len(rank)) == (0, 0)


def test_a_user_who_has_seen_nearly_everything_is_not_recommended_it_again():
    seen = Seen([interactions([(0, 0), (0, 1)])], 1)
    lists = recommend(lambda _: torch.tensor([[3.0, 2.0, 1.0]]), torch.tensor([0]), seen, 2)
    assert lists.tolist() == [[2, -1]]


def test_a_list_longer_than_there_are_items_ends_with_none():
    nothing = Seen([interactions([])], 1)
    lists = recommend(lambda _: torch.tensor([[1.0, 3.0]]), torch.tensor([0]), nothing, 4)
    assert lists.tolist() == [[1, 0, -1, -1]]


def test_for_nobody_there_are_no_lists():
    scorer, _, seen = random_task(3).arguments()
    assert recommend(scorer, torch.empty(0, dtype=torch.long), seen, 3).shape == (0, 3)


def test_blocks_of_users_and_their_order_do_not_change_the_lists(monkeypatch):
    task = random_task(5)
    scorer, _, seen = task.arguments()
    user = torch.arange(len(task.scores))
    whole = recommend(scorer, user, seen, 4)
    monkeypatch.setattr(ranking, "BLOCK", 2)
    assert torch.equal(recommend(scorer, user, seen, 4), whole)
    assert torch.equal(recommend(scorer, user.flip(0), seen, 4), whole.flip(0))
