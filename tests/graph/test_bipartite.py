"""The graph's matrices against their dense definitions, and its product against autograd."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import torch

from graphrec.graph.bipartite import BipartiteGraph, build_graph
from graphrec.graph.relations import MOST_RELATIONS
from graphrec.graph.sparse import from_scipy, to_scipy
from graphrec.models.operators import propagate, propagate_with
from tests.datasets import dataset, interactions

NUM_USERS, NUM_ITEMS, NUM_RELATIONS = 7, 9, 5


@pytest.fixture
def graph() -> BipartiteGraph:
    """Random interactions; user 0 and the last item have none."""
    rng = np.random.default_rng(3)
    pairs = np.argwhere(rng.random((NUM_USERS - 1, NUM_ITEMS - 1)) < 0.4)
    user, item = torch.as_tensor(pairs[:, 0] + 1), torch.as_tensor(pairs[:, 1])
    edge_type = torch.as_tensor(rng.integers(0, NUM_RELATIONS, len(pairs)))
    return BipartiteGraph(user, item, NUM_USERS, NUM_ITEMS, edge_type, NUM_RELATIONS)


def every_edge(graph: BipartiteGraph) -> torch.Tensor:
    return torch.ones(graph.num_edges, dtype=torch.bool)


def dense(graph: BipartiteGraph, edges: torch.Tensor, degrees_of: torch.Tensor) -> np.ndarray:
    """D^-1/2 A D^-1/2 by its definition, in float64; zero rows where a node is isolated."""
    user, item = graph.user.numpy(), graph.item.numpy()
    whole, chosen = (np.zeros((graph.num_nodes, graph.num_nodes)) for _ in range(2))
    for matrix, mask in ((whole, degrees_of), (chosen, edges)):
        matrix[user[mask], item[mask] + graph.num_users] = 1
        matrix += matrix.T
    scale = np.diag(1 / np.sqrt(np.maximum(whole.sum(axis=1), 1)))
    return scale @ chosen @ scale


def assert_is(matrix: torch.Tensor, expected: np.ndarray) -> None:
    np.testing.assert_allclose(to_scipy(matrix).toarray(), expected, atol=1e-6)


def test_adjacency_is_the_symmetrically_normalised_one(graph):
    assert_is(graph.adjacency(), dense(graph, every_edge(graph), every_edge(graph)))


def test_isolated_nodes_have_empty_rows_of_finite_numbers(graph):
    matrix = to_scipy(graph.adjacency()).toarray()
    assert np.isfinite(matrix).all()
    assert (matrix[0] == 0).all()
    assert (matrix[-1] == 0).all()


def test_a_mask_leaves_out_both_directions_and_their_degrees(graph):
    edge_mask = graph.message_mask(torch.tensor([0, 4, 5]))
    assert (~edge_mask).nonzero().flatten().tolist() == [0, 4, 5]
    assert_is(graph.adjacency(edge_mask), dense(graph, edge_mask, edge_mask))


def test_a_mask_leaves_the_graph_itself_alone(graph):
    before = to_scipy(graph.adjacency()).toarray()
    graph.adjacency(graph.message_mask(torch.arange(5)))
    np.testing.assert_array_equal(to_scipy(graph.adjacency()).toarray(), before)
    with pytest.raises(FrozenInstanceError):
        graph.user = graph.item


def test_a_part_leaves_out_edges_by_their_numbers_in_the_whole(graph):
    part = replace(graph, e_id=torch.arange(graph.num_edges) + 100)
    edge_mask = part.message_mask(torch.tensor([101, 3]))
    assert (~edge_mask).nonzero().flatten().tolist() == [1]


def test_a_mask_of_nothing_is_an_empty_matrix(graph):
    matrix = graph.adjacency(torch.zeros(graph.num_edges, dtype=torch.bool))
    assert matrix.values().numel() == 0
    assert torch.isfinite(propagate(matrix, torch.ones(graph.num_nodes, 2))).all()


def test_dropout_leaves_out_about_its_rate_of_what_the_mask_has():
    user, item = torch.meshgrid(*[torch.arange(60)] * 2, indexing="ij")
    graph = BipartiteGraph(user.flatten(), item.flatten(), 60, 60)
    # 3,600 draws: five standard errors are 0.04.
    assert graph.dropout_edge(0.3).float().mean() == pytest.approx(0.7, abs=0.04)
    edge_mask = graph.message_mask(torch.arange(1800))
    left = graph.dropout_edge(0.3, edge_mask)
    assert not (left & ~edge_mask).any()
    assert left.float().mean() == pytest.approx(0.35, abs=0.04)


@pytest.mark.parametrize("masked", [False, True])
def test_relations_part_the_adjacency_by_edge_type(graph, masked):
    edge_mask = graph.message_mask(torch.arange(0, graph.num_edges, 2)) if masked else None
    matrix, transpose = (to_scipy(block).toarray() for block in graph.relations(edge_mask))
    np.testing.assert_array_equal(transpose, matrix.T)
    blocks = np.split(matrix, NUM_RELATIONS, axis=1)
    edges = every_edge(graph) if edge_mask is None else edge_mask
    for relation, block in enumerate(blocks):
        expected = dense(graph, edges & (graph.edge_type == relation), edges)
        np.testing.assert_allclose(block, expected, atol=1e-6)
    assert_is(graph.adjacency(edge_mask), sum(blocks))


def test_one_relation_is_the_adjacency(graph):
    single = BipartiteGraph(graph.user, graph.item, NUM_USERS, NUM_ITEMS)
    assert_is(single.relations()[0], to_scipy(graph.adjacency()).toarray())


@pytest.mark.parametrize("ratings", [[0.5, 1.0, 4.5], [-1.0, 0.0, 1.0], [1.0, 3.0, 10.0]])
def test_relations_are_the_distinct_ratings_in_their_order(ratings):
    """Half stars, negative ratings, zeros, gaps."""
    chosen = np.array([2, 0, 1, 0])
    rating = np.array(ratings, np.float32)[chosen]
    train = interactions(range(4), [0, 1, 1, 2], rating)
    graph = build_graph(dataset(4, 3, train))
    assert graph.num_relations == 3
    assert graph.edge_type.tolist() == chosen.tolist()
    assert graph.relations()[0].shape == (7, 3 * 7)
    assert build_graph(dataset(4, 3, train, explicit=False)).num_relations == 1


def test_many_distinct_ratings_are_relations_by_quantiles():
    count = 20 * MOST_RELATIONS
    rating = np.random.default_rng(0).permutation(count) / 7
    graph = build_graph(dataset(count, 1, interactions(range(count), [0] * count, rating)))
    assert graph.num_relations == MOST_RELATIONS
    counts = torch.bincount(graph.edge_type)
    assert ((counts - 20).abs() <= 1).all()
    assert (graph.edge_type[np.argsort(rating)].diff() >= 0).all()


def test_propagate_multiplies(graph):
    x = torch.randn(graph.num_nodes, 5)
    expected = to_scipy(graph.adjacency()).toarray() @ x.numpy()
    np.testing.assert_allclose(propagate(graph.adjacency(), x).numpy(), expected, atol=1e-6)


def test_backward_of_propagate_is_that_of_the_dense_product(graph):
    x = torch.randn(graph.num_nodes, 5, requires_grad=True)
    y = x.detach().clone().requires_grad_()
    weight = torch.randn(graph.num_nodes, 5)
    matrix = torch.from_numpy(to_scipy(graph.adjacency()).toarray())
    (propagate(graph.adjacency(), x).tanh() * weight).sum().backward()
    ((matrix @ y).tanh() * weight).sum().backward()
    torch.testing.assert_close(x.grad, y.grad, atol=1e-6, rtol=1e-5)


def test_propagate_passes_gradcheck_in_double(graph):
    matrix = graph.adjacency().to(torch.double)
    x = torch.randn(graph.num_nodes, 2, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: propagate(matrix, x), x, fast_mode=False)


def test_propagate_with_multiplies_and_its_backward_passes_gradcheck(graph):
    matrix, transpose = (matrix.to(torch.double) for matrix in graph.relations())
    x = torch.randn(matrix.shape[1], 1, dtype=torch.double, requires_grad=True)
    expected = to_scipy(matrix).toarray() @ x.detach().numpy()
    product = propagate_with(matrix, transpose, x)
    np.testing.assert_allclose(product.detach().numpy(), expected, atol=1e-9)
    assert torch.autograd.gradcheck(lambda x: propagate_with(matrix, transpose, x), x)


def test_from_scipy_undoes_to_scipy(graph):
    matrix = to_scipy(graph.adjacency())
    np.testing.assert_array_equal(to_scipy(from_scipy(matrix)).toarray(), matrix.toarray())


def test_build_graph_has_the_training_interactions_in_their_order(data):
    graph = build_graph(data)
    np.testing.assert_array_equal(graph.user.numpy(), data.train.user)
    np.testing.assert_array_equal(graph.item.numpy(), data.train.item)


def test_an_item_has_as_many_edges_as_are_counted():
    graph = BipartiteGraph(torch.tensor([0, 0, 1, 2]), torch.tensor([1, 3, 1, 0]), 3, 5)
    assert graph.item_degree.tolist() == [1, 2, 0, 1, 0]
