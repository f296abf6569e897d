"""The graph's matrices against their dense definitions, and its product against autograd."""

import numpy as np
import pytest
import torch

from graphrec.graph.bipartite import BipartiteGraph, build_graph
from graphrec.graph.sparse import from_scipy, to_scipy
from graphrec.models.operators import propagate, propagate_with

NUM_USERS, NUM_ITEMS = 7, 9


@pytest.fixture
def graph() -> BipartiteGraph:
    """Random interactions; user 0 and the last item have none."""
    rng = np.random.default_rng(3)
    pairs = np.argwhere(rng.random((NUM_USERS - 1, NUM_ITEMS - 1)) < 0.4)
    user, item = torch.as_tensor(pairs[:, 0] + 1), torch.as_tensor(pairs[:, 1])
    target = torch.as_tensor(rng.integers(1, 6, len(pairs)), dtype=torch.float)
    return BipartiteGraph(user, item, target, NUM_USERS, NUM_ITEMS)


def dense(graph: BipartiteGraph, marked: torch.Tensor, degrees_of: torch.Tensor) -> np.ndarray:
    """D^-1/2 A D^-1/2 by its definition, in float64; zero rows where a node is isolated."""
    user, item = graph.user.numpy(), graph.item.numpy()
    whole, part = (np.zeros((graph.num_nodes, graph.num_nodes)) for _ in range(2))
    for matrix, mask in ((whole, degrees_of), (part, marked)):
        matrix[user[mask], item[mask] + graph.num_users] = 1
        matrix += matrix.T
    scale = np.diag(1 / np.sqrt(np.maximum(whole.sum(axis=1), 1)))
    return scale @ part @ scale


def test_adjacency_is_the_symmetrically_normalised_one(graph):
    expected = dense(graph, graph.kept, graph.kept)
    np.testing.assert_allclose(to_scipy(graph.adjacency()).toarray(), expected, atol=1e-6)


def test_isolated_nodes_have_empty_rows_of_finite_numbers(graph):
    matrix = to_scipy(graph.adjacency()).toarray()
    assert np.isfinite(matrix).all()
    assert (matrix[0] == 0).all()
    assert (matrix[-1] == 0).all()


def test_without_leaves_out_both_directions_and_their_degrees(graph):
    rows = torch.tensor([0, 4, 5])
    kept = torch.ones(len(graph.kept), dtype=torch.bool)
    kept[rows] = False
    expected = dense(graph, kept, kept)
    np.testing.assert_allclose(to_scipy(graph.without(rows).adjacency()).toarray(), expected, 1e-6)


def test_without_leaves_the_graph_itself_alone(graph):
    before = to_scipy(graph.adjacency()).toarray()
    graph.without(torch.arange(5)).adjacency()
    assert graph.num_edges == len(graph.kept)
    np.testing.assert_array_equal(to_scipy(graph.adjacency()).toarray(), before)


def test_without_adds_up(graph):
    once = graph.without(torch.tensor([1])).without(torch.tensor([2]))
    both = graph.without(torch.tensor([1, 2]))
    assert torch.equal(once.kept, both.kept)


def test_without_everything_is_an_empty_matrix(graph):
    matrix = graph.without(torch.arange(len(graph.kept))).adjacency()
    assert matrix.values().numel() == 0
    assert torch.isfinite(propagate(matrix, torch.ones(graph.num_nodes, 2))).all()


def test_drop_leaves_out_about_its_rate_both_ways():
    user, item = (part.flatten() for part in torch.meshgrid(*[torch.arange(60)] * 2, indexing="ij"))
    graph = BipartiteGraph(user, item, torch.ones(3600), 60, 60).drop(0.3)
    # 3,600 draws: five standard standard_errors are 0.04.
    assert graph.num_edges / 3600 == pytest.approx(0.7, abs=0.04)
    np.testing.assert_allclose(
        to_scipy(graph.adjacency()).toarray(), dense(graph, graph.kept, graph.kept), atol=1e-6
    )


def test_channels_part_the_adjacency_by_rating(graph):
    matrix, transpose = (to_scipy(part).toarray() for part in graph.channels())
    np.testing.assert_array_equal(transpose, matrix.T)
    blocks = np.split(matrix, graph.num_levels, axis=1)
    for rating, block in enumerate(blocks, 1):
        expected = dense(graph, graph.rating == rating, graph.kept)
        np.testing.assert_allclose(block, expected, atol=1e-6)
    np.testing.assert_allclose(sum(blocks), to_scipy(graph.adjacency()).toarray(), atol=1e-6)


def test_channels_leave_out_what_the_graph_leaves_out(graph):
    part = graph.without(torch.arange(0, len(graph.kept), 2))
    blocks = np.split(to_scipy(part.channels()[0]).toarray(), graph.num_levels, axis=1)
    np.testing.assert_allclose(sum(blocks), to_scipy(part.adjacency()).toarray(), atol=1e-6)


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
    matrix, transpose = (part.to(torch.double) for part in graph.channels())
    x = torch.randn(matrix.shape[1], 1, dtype=torch.double, requires_grad=True)
    expected = to_scipy(matrix).toarray() @ x.detach().numpy()
    found = propagate_with(matrix, transpose, x)
    np.testing.assert_allclose(found.detach().numpy(), expected, atol=1e-9)
    assert torch.autograd.gradcheck(lambda x: propagate_with(matrix, transpose, x), x)


def test_from_scipy_undoes_to_scipy(graph):
    matrix = to_scipy(graph.adjacency())
    np.testing.assert_array_equal(to_scipy(from_scipy(matrix)).toarray(), matrix.toarray())


def test_build_graph_has_the_training_interactions_in_their_order(data):
    graph = build_graph(data)
    np.testing.assert_array_equal(graph.user.numpy(), data.train.user)
    np.testing.assert_array_equal(graph.item.numpy(), data.train.item)
