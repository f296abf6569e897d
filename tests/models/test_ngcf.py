"""NGCF against a dense NumPy version of its equation, and what any such model has to keep."""

import numpy as np
import pytest
import torch

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models.ngcf import NGCF
from graphrec.models.propagation import NEGATIVE_SLOPE

USERS, ITEMS = torch.tensor([0, 0, 1, 2]), torch.tensor([0, 1, 1, 3])
"""On 3 users and 4 items; item 2 is isolated."""


def make_graph(user, item, num_users, num_items) -> BipartiteGraph:
    return BipartiteGraph(user, item, num_users, num_items)


def random_graph(num_users: int, num_items: int, share: float) -> BipartiteGraph:
    pairs = np.argwhere(np.random.default_rng(1).random((num_users, num_items)) < share)
    return make_graph(*torch.as_tensor(pairs.T.copy()), num_users, num_items)


SMALL = make_graph(USERS, ITEMS, 3, 4)
LARGE = random_graph(30, 50, 0.1)
GRAPHS = pytest.mark.parametrize("graph", [SMALL, LARGE], ids=["small", "large"])


def make_model(graph: BipartiteGraph, layers: int, **options) -> NGCF:
    model = NGCF(graph.num_users, graph.num_items, 6, layers, **options)
    with torch.no_grad():  # biases start at zero, which would hide a forgotten one
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_()
    return model.eval()


def oracle(model: NGCF, graph: BipartiteGraph) -> np.ndarray:
    """E_next = LeakyReLU((L + I) E W1 + (L E ⊙ E) W2 + b), dense and in float64."""
    count, users = graph.num_nodes, graph.num_users
    adjacency = np.zeros((count, count))
    adjacency[graph.user, graph.item + users] = 1
    adjacency += adjacency.T
    degree = np.maximum(adjacency.sum(axis=1), 1)
    laplacian = adjacency / np.sqrt(np.outer(degree, degree))
    weights = {name: value.double().numpy() for name, value in model.state_dict().items()}
    x = weights["embedding.weight"]
    outputs = [x]
    for number in range(len(model.layers)):
        w1, w2 = np.hsplit(weights[f"layers.{number}.weight"], 2)
        bias = weights[f"layers.{number}.bias"]
        neighbours = laplacian @ x
        z = (laplacian + np.eye(count)) @ x @ w1.T + (neighbours * x) @ w2.T + bias
        x = np.where(z > 0, z, NEGATIVE_SLOPE * z)
        outputs.append(x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12))
    return np.hstack(outputs)


@GRAPHS
@pytest.mark.parametrize("layers", [0, 1, 2, 4])
def test_agrees_with_the_dense_equation(graph, layers):
    model = make_model(graph, layers)
    with torch.no_grad():
        vectors = model(graph).vectors.numpy()
    assert vectors.shape == (graph.num_nodes, 6 * (layers + 1))
    np.testing.assert_allclose(vectors, oracle(model, graph), atol=1e-5)


@GRAPHS
def test_scores_are_dot_products_however_they_are_asked_for(graph):
    model = make_model(graph, 2, offset=3.5)
    with torch.no_grad():
        nodes = model(graph)
        user = torch.arange(graph.num_users)
        every = model.score_block(nodes, user, torch.arange(graph.num_items))
        vectors = nodes.vectors.numpy()
        expected = vectors[: graph.num_users] @ vectors[graph.num_users :].T
        np.testing.assert_allclose(every.numpy(), expected, atol=1e-5)
        item = torch.randint(graph.num_items, (graph.num_users,))
        single = model.score(nodes, user, item)
        torch.testing.assert_close(single, every[user, item])
        torch.testing.assert_close(model.predict(nodes, user, item), single + 3.5)


def test_relabelling_the_nodes_permutes_the_output():
    model = make_model(LARGE, 3)
    user_at, item_at = torch.randperm(LARGE.num_users), torch.randperm(LARGE.num_items)
    user, item = user_at[LARGE.user], item_at[LARGE.item]
    renamed = make_graph(user, item, LARGE.num_users, LARGE.num_items)
    places = torch.cat([user_at, item_at + LARGE.num_users])
    twin = make_model(renamed, 3)
    twin.load_state_dict(model.state_dict())
    with torch.no_grad():
        twin.embedding.weight[places] = model.embedding.weight
        permuted, expected = twin(renamed).vectors[places], model(LARGE).vectors
        torch.testing.assert_close(permuted, expected, atol=1e-5, rtol=1e-5)


def test_an_isolated_node_stays_finite_with_its_gradient():
    model = make_model(SMALL, 4).train()
    nodes = model(SMALL).vectors
    nodes.square().sum().backward()
    assert torch.isfinite(nodes).all()
    assert all(torch.isfinite(parameter.grad).all() for parameter in model.parameters())


def test_a_graph_without_edges_stays_finite():
    edge_mask = SMALL.message_mask(torch.arange(4))
    assert torch.isfinite(make_model(SMALL, 2)(SMALL, edge_mask).vectors).all()


@GRAPHS
def test_the_gradient_reaches_every_parameter(graph):
    model = make_model(graph, 3).train()
    nodes = model(graph)
    model.score(nodes, torch.tensor([0, 1]), torch.tensor([1, 3])).sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


def test_evaluation_twice_gives_the_same_and_dropout_only_acts_in_training():
    model = make_model(LARGE, 2, message_dropout=0.5, node_dropout=0.5)
    with torch.no_grad():
        assert torch.equal(model(LARGE).vectors, model(LARGE).vectors)
        np.testing.assert_allclose(model(LARGE).vectors.numpy(), oracle(model, LARGE), atol=1e-5)
        model.train()
        assert not torch.equal(model(LARGE).vectors, model(LARGE).vectors)


@pytest.mark.parametrize("option", ["message_dropout", "node_dropout"])
def test_each_dropout_acts_by_itself(option):
    model = make_model(LARGE, 1, **{option: 0.5}).train()
    with torch.no_grad():
        assert not torch.equal(model(LARGE).vectors, model(LARGE).vectors)


def test_parameter_groups_hold_every_parameter_once():
    model = make_model(SMALL, 2, weight_decay=0.1)
    grouped = [id(parameter) for group in model.parameter_groups() for parameter in group["params"]]
    assert sorted(grouped) == sorted(map(id, model.parameters()))
    assert all(group["weight_decay"] == 0.1 for group in model.parameter_groups())
