"""What the benchmarks measure with: generated data, the floor's counts, the tables."""

import numpy as np
import pytest
import torch

from benchmarks.epoch import summarise
from benchmarks.floor import Step, floor_seconds
from benchmarks.one_size import measure
from benchmarks.scale import exponent
from benchmarks.synthetic import INTERACTIONS_A_USER, generate
from graphrec.graph.bipartite import BipartiteGraph


@pytest.fixture(scope="module")
def generated():
    return generate(20_000, seed=3)


def test_generated_pairs_are_distinct_and_in_range(generated):
    train = generated.train
    assert len(train) == 20_000
    assert len(np.unique(train.user * generated.num_items + train.item)) == 20_000
    assert generated.num_users == 20_000 // INTERACTIONS_A_USER
    assert train.user.max() < generated.num_users
    assert train.item.max() < generated.num_items
    assert set(train.rating.tolist()) == {1, 2, 3, 4, 5}


def test_generated_data_is_that_of_its_seed(generated):
    again, other = generate(20_000, seed=3).train, generate(20_000, seed=4).train
    np.testing.assert_array_equal(again.user, generated.train.user)
    np.testing.assert_array_equal(again.item, generated.train.item)
    assert (other.item != generated.train.item).any()


def test_few_users_and_items_have_much_of_the_generated_data(generated):
    for side in (generated.train.user, generated.train.item):
        count = np.sort(np.bincount(side))[::-1]
        assert count[: len(count) // 10].sum() > 0.2 * count.sum()


def test_the_floor_counts_by_hand():
    graph = BipartiteGraph(torch.tensor([0, 1]), torch.tensor([0, 0]), 2, 1)
    step = Step(graph.adjacency(), dim=8, layers=2, batch=5)
    assert step.sparse_flops() == 2 * 2 * 2 * 4 * 8
    assert step.dense_flops() == 2 * 3 * (2 * 3 * 16 * 8)
    pairs = (2 * 3 * 5 + 3) * 3 * 8
    adam = 7 * (3 * 8 + 2 * (2 * 8 * 8 + 2 * 8))
    assert step.memory_bytes() == 4 * (2 * 9 * 3 * 8 + pairs + adam)
    assert all(seconds > 0 for seconds in floor_seconds(step).values())


def test_ratios_are_taken_round_by_round():
    table = summarise({"ours ngcf": [1.0, 2.0, 4.0], "peer ngcf": [3.0, 4.0, 20.0]})
    assert table["peer ngcf"]["over_ours"] == 3.0
    assert table["peer ngcf"]["epoch_s"] == 4.0
    assert table["ours ngcf"]["over_ours"] == 1.0


def test_the_growth_exponent_is_the_slope_of_the_logarithms():
    rows = [{"interactions": n, "epoch_s": 3 * n**1.5} for n in (10, 100, 1000)]
    assert exponent(rows, "epoch_s") == pytest.approx(1.5)


@pytest.mark.parametrize(
    "options",
    [{}, {"num_neighbors": [3, 2]}, {"name": "ngcf_final"}, {"name": "ngcf_final", "events": True}],
    ids=str,
)
def test_a_small_size_is_measured(options):
    row = measure(5_000, steps=2, **options)
    assert row["ranked_users"] == row["users"] == 5_000 // INTERACTIONS_A_USER
    assert row["epoch_s"] > row["step_s"] > 0
    assert row["ranking_gb"] >= row["training_gb"] > 0
