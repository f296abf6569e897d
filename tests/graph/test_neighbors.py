"""Batches with a part of the graph: what it holds, in whose numbers, and that it repeats."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from graphrec.data.loaders import EventDataset, RatingDataset
from graphrec.graph.bipartite import BipartiteGraph, build_graph
from graphrec.graph.neighbors import global_draws_from, neighbor_loader
from graphrec.graph.sparse import to_scipy
from graphrec.models import NGCF, LightGCN
from tests.datasets import dataset, interactions

ALL = 10**6
"""More neighbours than any node has."""


@pytest.fixture(params=["movielens", "imdb"])
def name(request) -> str:
    return request.param


@pytest.fixture
def data(name, request):
    return request.getfixturevalue(name).data


@pytest.fixture
def graph(data) -> BipartiteGraph:
    return build_graph(data)


@pytest.fixture
def make(data, graph):
    def loader(num_neighbors=(3, 2), seed=1, soft_ratio=None, batch_size=16, num_negatives=0):
        kind = RatingDataset if data.explicit else EventDataset
        examples = kind(data, torch.Generator().manual_seed(seed), num_negatives)
        return neighbor_loader(examples, graph, num_neighbors, batch_size, soft_ratio)

    return loader


def known(data) -> set[tuple[int, int]]:
    return set(zip(data.train.user.tolist(), data.train.item.tolist(), strict=True))


def named(part, user, item) -> tuple[list[int], list[int]]:
    """Users and items of a part's numbers in those of the data."""
    users, items = part.n_id.split([part.num_users, part.num_items])
    return users[user].tolist(), items[item].tolist()


def test_a_full_pass_is_every_interaction_once_with_its_own_pair_and_target(make, data):
    edges = []
    for batch, part in make():
        users, items = named(part, batch.user, batch.item)
        assert users == data.train.user[batch.e_id].tolist()
        assert [item - data.num_users for item in items] == data.train.item[batch.e_id].tolist()
        assert batch.edge_label[: len(users)].tolist() == data.train.rating[batch.e_id].tolist()
        assert batch.shared_negatives is None
        edges += batch.e_id.tolist()
    assert sorted(edges) == list(range(len(data.train)))
    assert len(make()) == -(-len(data.train) // 16)


def test_soft_sampling_draws_its_share(make, data):
    assert sum(len(batch.e_id) for batch, part in make(soft_ratio=0.8)) == round(
        0.8 * len(data.train)
    )


def test_negatives_are_never_training_interactions(make, data):
    for batch, part in make():
        users, items = named(part, batch.user, batch.negative)
        drawn = {(user, item - data.num_users) for user, item in zip(users, items, strict=True)}
        assert not drawn & known(data)


def test_nodes_are_distinct_and_users_come_first(make, data):
    for _, part in make():
        n_id = part.n_id.tolist()
        assert n_id == sorted(set(n_id))
        assert sum(number < data.num_users for number in n_id) == part.num_users
        assert len(n_id) == part.num_nodes


def test_edges_are_training_interactions_each_once_and_know_which(make, data, graph):
    for _, part in make():
        users, items = named(part, part.user, part.item)
        assert len(torch.unique(part.e_id)) == len(part.e_id) == part.num_edges > 0
        assert users == data.train.user[part.e_id].tolist()
        assert [item - data.num_users for item in items] == data.train.item[part.e_id].tolist()
        assert part.num_relations == graph.num_relations
        if graph.edge_type is not None:
            assert torch.equal(part.edge_type, graph.edge_type[part.e_id])


def test_the_matrix_is_symmetric_and_has_degrees_of_the_part(make):
    for _, part in make():
        matrix = to_scipy(part.adjacency())
        assert abs(matrix - matrix.T).max() < 1e-7
        degree = np.diff(matrix.indptr)
        row = np.repeat(np.arange(len(degree)), degree)
        np.testing.assert_allclose(
            matrix.data, 1 / np.sqrt(degree[row] * degree[matrix.indices]), rtol=1e-6
        )


def test_nodes_of_the_pairs_have_as_many_neighbours_as_asked_for_where_there_are(make, graph):
    whole = np.diff(to_scipy(graph.adjacency()).indptr)
    for batch, part in make(num_neighbors=(3, 2)):
        users = part.num_users
        degree = np.diff(to_scipy(part.adjacency()).indptr)
        pairs = torch.cat([batch.user, batch.item + users, batch.negative + users])
        least = np.minimum(whole[part.n_id[pairs]], 3)
        assert (degree[pairs] >= least).all()


def test_the_size_of_a_part_is_bounded_by_the_batch(make):
    for _, part in make(num_neighbors=(2, 1), batch_size=4):
        assert len(part.e_id) <= 3 * 4 * (2 + 2 * 1)


def test_targets_left_out_carry_no_message(make):
    left_out = 0
    for batch, part in make(num_neighbors=(ALL, ALL)):
        edge_mask = part.message_mask(batch.e_id)
        messages = part.adjacency(edge_mask).to_dense()
        assert not messages[batch.user, batch.item + part.num_users].any()
        assert edge_mask.sum() == part.num_edges - len(batch.e_id)
        left_out += len(batch.e_id)
    assert left_out


@pytest.mark.parametrize("model", [NGCF, LightGCN])
def test_with_all_neighbours_the_scores_are_those_of_the_whole_graph(model):
    """On a dense graph all is reached, so that the part is the whole in another order of edges."""
    torch.manual_seed(0)
    pairs = (torch.rand(12, 15) < 0.6).nonzero()
    graph = BipartiteGraph(*pairs.T.contiguous(), 12, 15)
    data = dataset(12, 15, interactions(graph.user, graph.item))
    ratings = RatingDataset(data, torch.Generator().manual_seed(0))
    network = model(12, 15, 8, 3)
    for batch, part in neighbor_loader(ratings, graph, [ALL] * 3, 8):
        assert part.num_edges == graph.num_edges
        users, items = named(part, batch.user, batch.item)
        whole = (torch.tensor(users), torch.tensor(items) - 12)
        scores = [
            network.score(network(part), batch.user, batch.item),
            network.score(network(graph), *whole),
        ]
        torch.testing.assert_close(*scores, atol=1e-5, rtol=0)
        gradients = [torch.autograd.grad(s.sum(), network.embedding.weight)[0] for s in scores]
        torch.testing.assert_close(*gradients, atol=1e-5, rtol=1e-5)


def test_the_same_seed_gives_the_same_batches_whatever_else_draws(make):
    first = list(make())
    torch.rand(5)
    state = torch.get_rng_state()
    second = list(make())
    for one, other in zip(first, second, strict=True):
        assert all(torch.equal(*pair) for pair in zip(one.batch[:5], other.batch[:5], strict=True))
        assert torch.equal(one.graph.n_id, other.graph.n_id)
        assert torch.equal(one.graph.e_id, other.graph.e_id)
    assert torch.equal(torch.get_rng_state(), state)


def test_another_seed_and_another_epoch_give_other_parts(make):
    def edges(loader):
        return torch.cat([part.e_id for _, part in loader]).tolist()

    loader = make()
    assert edges(loader) != edges(loader)
    assert edges(make(seed=2)) != edges(make(seed=1))


def test_draws_go_on_where_the_generator_was():
    generator, twin = (torch.Generator().manual_seed(3) for _ in range(2))
    with global_draws_from(generator):
        drawn = [torch.rand(3), torch.rand(3)]
    drawn.append(torch.rand(3, generator=generator))
    expected = [torch.rand(3, generator=twin) for _ in range(3)]
    assert all(torch.equal(*pair) for pair in zip(drawn, expected, strict=True))


def test_a_data_set_with_shared_negatives_is_refused(make):
    with pytest.raises(ValueError, match="num_negatives=0"):
        make(num_negatives=20)


def test_importing_the_training_does_not_import_pyg():
    code = "import sys, graphrec.training.fitting; sys.exit('torch_geometric' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
