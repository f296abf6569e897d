"""The two networks of NGCF_Final against dense NumPy versions of their equations."""

import numpy as np
import pytest
import torch

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.sparse import to_scipy
from graphrec.models.propagation import NEGATIVE_SLOPE
from graphrec.models.ranking_network import INITIAL_STRENGTH
from tests.models.networks import (
    DIM,
    ITEMS,
    RELATIONS,
    USERS,
    random_features,
    random_graph,
    random_means,
    ranking_network,
    rating_network,
    values,
)

LAYERS = pytest.mark.parametrize("layers", [0, 1, 2, 4])


@pytest.fixture
def graph() -> BipartiteGraph:
    return random_graph()


def leaky(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, x, NEGATIVE_SLOPE * x)


def linear(w: dict[str, np.ndarray], name: str, x: np.ndarray) -> np.ndarray:
    return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]


@pytest.mark.parametrize("layers", [1, 2, 4])
def test_rating_network_agrees_with_the_dense_equation(graph, layers):
    network = rating_network(layers)
    w = values(network)
    laplacian = to_scipy(graph.adjacency()).toarray().astype(float)
    rating = np.zeros_like(laplacian)
    rating[graph.user, graph.item + USERS] = graph.edge_type + 1
    rating += rating.T
    message = sum(
        (laplacian * (rating == value)) @ w["embedding"][:value].sum(axis=0)
        for value in range(1, RELATIONS + 1)
    )
    vectors = []
    sides = (network.user_side.features, network.item_side.features)
    for rows, dense, side, features in (
        (message[:USERS], "from_items", "user", sides[0]),
        (message[USERS:], "from_users", "item", sides[1]),
    ):
        hidden = np.maximum(linear(w, dense, rows), 0)
        own = to_scipy(features).toarray() @ w[f"{side}_side.weight"] + w[f"{side}_side.bias"]
        own = np.maximum(own, 0)
        vectors.append(linear(w, f"join_{side}", np.hstack([hidden, own])))
    x = total = np.vstack(vectors)
    for number in range(2, layers + 1):
        near = laplacian @ x
        first, second = (w[f"{part}.{number - 2}.weight"] for part in ("sum", "interaction"))
        x = leaky((near + x) @ first.T + (near * x) @ second.T)
        total = total + x / number
    users, items = total[:USERS], total[USERS:]
    expected = w["mean"] + linear(w, "user_slope", users) + linear(w, "item_slope", items).T
    expected = expected + w["bias"][:USERS, None] + w["bias"][USERS:]
    expected = expected + users @ items.T / np.sqrt(DIM)
    with torch.no_grad():
        nodes = network(graph)
        block = network.predict_block(nodes, torch.arange(USERS), torch.arange(ITEMS))
        pairs = torch.cartesian_prod(torch.arange(USERS), torch.arange(ITEMS))
        single = network.predict(nodes, *pairs.T).reshape(USERS, ITEMS)
    np.testing.assert_allclose(block.numpy(), expected, rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(single.numpy(), expected, rtol=1e-5, atol=1e-4)


@LAYERS
@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("popular", [True, False])
@pytest.mark.parametrize("alike", [True, False])
def test_ranking_network_agrees_with_the_dense_equation(graph, layers, own, popular, alike):
    network = ranking_network(layers, own, popular, alike)
    w = values(network)
    laplacian = to_scipy(graph.adjacency()).toarray().astype(float)
    means = random_means() if alike else np.zeros_like(laplacian)
    x = random_features() @ w["projection"] + (w["id_embedding"] if own else 0)
    outputs = [x]
    for back, share in w["strength"]:
        near = laplacian @ x
        near[USERS:] *= back
        x = near + share * means @ x
        outputs.append(x)
    z = sum(outputs)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    expected = w["logit_scale"] * z[:USERS] @ z[USERS:].T + (w["item_bias"] if popular else 0)
    with torch.no_grad():
        nodes = network(graph)
        block = network.score_block(nodes, torch.arange(USERS), torch.arange(ITEMS))
        pairs = torch.cartesian_prod(torch.arange(USERS), torch.arange(ITEMS))
        single = network.score(nodes, *pairs.T).reshape(USERS, ITEMS)
        layer_outputs = network.outputs(graph)
    np.testing.assert_allclose(nodes.numpy(), z, atol=1e-5)
    np.testing.assert_allclose(block.numpy(), expected, atol=1e-4)
    np.testing.assert_allclose(single.numpy(), expected, atol=1e-4)
    for output, dense in zip(layer_outputs, outputs, strict=True):
        np.testing.assert_allclose(output.numpy(), dense, atol=1e-4)


def test_strengths_and_biases_start_where_the_docstring_says():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.models.networks.disturbed", lambda network: network)
        start = ranking_network(3)
    assert start.strength.shape == (3, 2)
    assert (start.strength == INITIAL_STRENGTH).all()
    np.testing.assert_allclose(start.item_bias.detach(), np.log1p(np.arange(ITEMS)), atol=1e-6)
    assert start.logit_scale.item() == 2.0


def test_the_ranking_network_s_gradient_is_that_of_dense_autograd(graph):
    """Through A, which is not symmetric, too: its transpose has to be the right one."""
    network, weight = ranking_network(2), torch.randn(USERS + ITEMS, DIM)
    (network(graph) * weight).sum().backward()
    features, means = (
        torch.from_numpy(matrix).float() for matrix in (random_features(), random_means())
    )
    laplacian = graph.adjacency().to_dense()
    twins = {
        name: part.detach().clone().requires_grad_() for name, part in network.named_parameters()
    }
    x = total = features @ twins["projection"] + twins["id_embedding"]
    for back, share in twins["strength"]:
        near = laplacian @ x
        x = torch.cat([near[:USERS], back * near[USERS:]]) + share * means @ x
        total = total + x
    (torch.nn.functional.normalize(total, dim=1) * weight).sum().backward()
    for name in ("projection", "id_embedding", "strength"):
        gradient = network.get_parameter(name).grad
        torch.testing.assert_close(gradient, twins[name].grad, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("option", ["feature_dropout", "edge_dropout"])
def test_each_dropout_of_the_ranking_network_acts_in_training_alone(graph, option):
    rates = {"feature_dropout": 0.0, "edge_dropout": 0.0} | {option: 0.5}
    network = ranking_network(1, **rates)
    with torch.no_grad():
        assert torch.equal(network(graph), network(graph))
        network.train()
        assert not torch.equal(network(graph), network(graph))


@pytest.mark.parametrize("make", [rating_network, ranking_network])
def test_an_edge_that_the_mask_leaves_out_is_not_drawn_again(graph, make):
    network, none = make(1), torch.zeros(graph.num_edges, dtype=torch.bool)
    expected = network(graph, none)
    network.train()
    network.dropout = network.feature_dropout = 0.0
    assert torch.equal(network(graph, none), expected)


def test_weight_decay_is_not_on_the_rating_network_s_biases_and_mean():
    network = rating_network(1)
    decayed, others = network.parameter_groups()
    assert {id(part) for part in others["params"]} == {id(network.bias), id(network.mean)}
    assert len(decayed["params"]) == len(list(network.parameters())) - 2
    assert decayed["weight_decay"] == 0.1
    assert "weight_decay" not in others


def test_weight_decay_is_on_the_embeddings_alone():
    network = ranking_network(1)
    decayed, others = network.parameter_groups()
    assert decayed["weight_decay"] == 0.1
    assert {id(part) for part in decayed["params"]} == {
        id(network.projection),
        id(network.id_embedding),
    }
    assert "weight_decay" not in others
    assert len(others["params"]) == 3  # strengths, biases and scale
