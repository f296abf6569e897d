"""Ranking measures against PyG's, against brute force, and their bounds."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from graphrec.evaluation.metrics import (
    LOWER_IS_BETTER,
    RANKING,
    coverage,
    higher_is_better,
    mean_popularity,
    ndcg_at_k,
)
from graphrec.evaluation.ranking import recommend, relevant_ranks
from tests.ranked import Task, brute_force, random_task

MEASURES = pytest.mark.parametrize("name", RANKING)
IN_PYG = {
    "recall": "LinkPredRecall",
    "precision": "LinkPredPrecision",
    "ndcg": "LinkPredNDCG",
    "map": "LinkPredMAP",
    "mrr": "LinkPredMRR",
    "hit": "LinkPredHitRatio",
}


@MEASURES
def test_agrees_with_brute_force(name):
    for seed in range(200):
        task = random_task(seed)
        user, rank = relevant_ranks(*task.arguments())
        for k in (1, 3, 10):
            expected = [brute_force(name, task.marks(u), k) for u in task.users()]
            values = RANKING[name](user, rank, k).numpy()
            np.testing.assert_allclose(values, expected, atol=1e-6, err_msg=f"seed {seed}, k {k}")


@MEASURES
def test_mean_agrees_with_pyg(name):
    from torch_geometric import metrics as pyg

    for seed in range(50):
        task = random_task(seed, ties=False)  # PyG is given lists, so ties are not its concern
        scorer, relevant, seen = task.arguments()
        user, rank = relevant_ranks(scorer, relevant, seen)
        every = torch.arange(len(task.scores))
        for k in (1, 3, 6):
            if k > (~task.seen).sum(axis=1).min():  # PyG takes no item for the last one
                continue
            theirs = getattr(pyg, IN_PYG[name])(k)
            labels = torch.as_tensor(np.argwhere(task.relevant).T.copy())
            theirs.update(recommend(scorer, every, seen, k), labels)
            ours = RANKING[name](user, rank, k).mean()
            assert ours.item() == pytest.approx(theirs.compute().item(), abs=1e-6), (seed, k)


@MEASURES
@given(
    ranks=st.lists(st.sets(st.integers(1, 50), min_size=1, max_size=30), min_size=1, max_size=5),
    k=st.integers(1, 40),
)
@settings(max_examples=50, deadline=None)
def test_lies_within_zero_and_one(name, ranks, k):
    user = torch.repeat_interleave(torch.arange(len(ranks)), torch.tensor([*map(len, ranks)]))
    rank = torch.tensor([place for places in ranks for place in places])
    value = RANKING[name](user, rank, k)
    assert value.shape == (len(ranks),)
    assert ((value >= 0) & (value <= 1 + 1e-12)).all()


@MEASURES
@pytest.mark.parametrize("relevant", [1, 5, 10])
def test_a_perfect_ranking_is_one(name, relevant):
    value = RANKING[name](torch.zeros(relevant, dtype=torch.long), torch.arange(relevant) + 1, 10)
    best = relevant / 10 if name == "precision" else 1.0  # ten places cannot all be hits
    assert value.tolist() == pytest.approx([best])


@MEASURES
def test_nothing_relevant_in_the_list_is_zero(name):
    value = RANKING[name](torch.tensor([0, 0, 3]), torch.tensor([11, 12, 50]), 10)
    assert value.tolist() == [0.0, 0.0]


@MEASURES
def test_without_any_relevant_interaction_there_is_no_value(name):
    none = torch.zeros(0, dtype=torch.long)
    assert len(RANKING[name](none, none, 10)) == 0


@MEASURES
def test_the_order_of_the_interactions_does_not_matter(name):
    user, rank = torch.tensor([0, 0, 0, 2, 2]), torch.tensor([4, 1, 9, 2, 30])
    order = torch.tensor([4, 1, 0, 3, 2])
    torch.testing.assert_close(
        RANKING[name](user, rank, 10), RANKING[name](user[order], rank[order], 10)
    )


@MEASURES
def test_a_constant_score_earns_nothing(name):
    task = Task(
        np.ones((4, 60), np.float32), np.arange(60) < np.ones((4, 1)), np.zeros((4, 60), bool)
    )
    user, rank = relevant_ranks(*task.arguments())
    assert RANKING[name](user, rank, 20).tolist() == [0.0] * 4


def test_ndcg_by_hand():
    value = ndcg_at_k(torch.tensor([4, 4, 9]), torch.tensor([1, 3, 11]), 10)
    expected = (1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3))
    assert value.tolist() == pytest.approx([expected, 0.0])


def test_coverage_counts_distinct_items():
    assert coverage(torch.tensor([[0, 1], [1, 2]]), 10) == pytest.approx(0.3)
    assert coverage(torch.tensor([[0, -1], [-1, -1]]), 10) == pytest.approx(0.1)


def test_mean_popularity_by_hand():
    popularity = torch.tensor([10, 0, 4])
    value = mean_popularity(torch.tensor([[0, 1], [2, 0], [2, -1], [-1, -1]]), popularity)
    assert value.tolist() == [5.0, 7.0, 4.0, 0.0]


def test_coverage_and_popularity_agree_with_pyg():
    from torch_geometric import metrics as pyg

    for seed in range(20):
        lists = torch.rand(9, 14, generator=torch.Generator().manual_seed(seed)).topk(4).indices
        popularity = torch.randint(50, (14,), generator=torch.Generator().manual_seed(seed))
        label = torch.tensor([[*range(9)], [0] * 9])  # looked at by neither, yet asked for
        covered = pyg.LinkPredCoverage(4, num_dst_nodes=14)
        covered.update(lists, label)
        assert coverage(lists, 14) == pytest.approx(covered.compute().item())
        popular = pyg.LinkPredAveragePopularity(4, popularity)
        popular.update(lists, label)
        mean = mean_popularity(lists, popularity).mean().item()
        assert mean == pytest.approx(popular.compute().item(), rel=1e-5)


@pytest.mark.parametrize("name", [*(f"{name}_at_10" for name in RANKING), "auc", "coverage_at_10"])
def test_more_of_what_is_ranked_well_is_better(name):
    assert higher_is_better(name)


@pytest.mark.parametrize("name", ["mse", "rmse", "mae", "log_error", "test_loss"])
def test_less_of_an_error_is_better(name):
    assert not higher_is_better(name)
    assert name in LOWER_IS_BETTER
