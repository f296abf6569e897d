"""The two networks of NGCF_Final against dense NumPy versions of their equations."""

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.sparse import from_scipy, to_scipy
from graphrec.models import NGCF_Final, RankingNetwork, RatingNetwork
from graphrec.models.propagation import NEGATIVE_SLOPE

USERS, ITEMS, DIM, RELATIONS = 9, 12, 5, 5
LAYERS = pytest.mark.parametrize("layers", [1, 2, 4])


@pytest.fixture
def graph() -> BipartiteGraph:
    rng = np.random.default_rng(2)
    user, item = torch.as_tensor(np.argwhere(rng.random((USERS, ITEMS)) < 0.3).T.copy())
    edge_type = torch.as_tensor(rng.integers(0, RELATIONS, len(user)))
    return BipartiteGraph(user, item, USERS, ITEMS, edge_type, RELATIONS)


def with_transpose(features: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    return from_scipy(sp.csr_array(features)), from_scipy(sp.csr_array(features.T))


def disturbed(network):
    """Every parameter away from its start: zeros would hide a forgotten one."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return network.eval()


def rating_network(layers: int) -> RatingNetwork:
    sides = (
        with_transpose(np.random.default_rng(count).random((count, columns)))
        for count, columns in ((USERS, 3), (ITEMS, 4))
    )
    return disturbed(RatingNetwork(*sides, RELATIONS, DIM, layers, 2, 0.5, 0.5, 0.1, 3.5))


def ranking_network(layers: int, own: bool, popular: bool) -> tuple[RankingNetwork, np.ndarray]:
    rows = np.random.default_rng(0).random((USERS + ITEMS, 7)) * 2 // 1
    counts = torch.arange(ITEMS).float() if popular else None
    options = (DIM, layers, 0.5, 0.5, 0.5, 0.1, own, counts, 2.0)
    return disturbed(RankingNetwork(with_transpose(rows), USERS, *options)), rows


def values(network) -> dict[str, np.ndarray]:
    return {name: part.double().numpy() for name, part in network.state_dict().items()}


def leaky(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, x, NEGATIVE_SLOPE * x)


def linear(w: dict[str, np.ndarray], name: str, x: np.ndarray) -> np.ndarray:
    return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]


@LAYERS
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
@pytest.mark.parametrize(("own", "popular"), [(True, True), (False, False)])
def test_ranking_network_agrees_with_the_dense_equation(graph, layers, own, popular):
    network, features = ranking_network(layers, own, popular)
    w = values(network)
    laplacian = to_scipy(graph.adjacency()).toarray().astype(float)
    x = features @ w["projection"] + (w["id_embedding"] if own else 0)
    outputs = [x]
    for number in range(layers):
        near = laplacian @ x
        x = leaky(linear(w, f"layers.{number}", np.hstack([near + x, near * x])))
        outputs.append(x)
    z = np.hstack([part / np.linalg.norm(part, axis=1, keepdims=True) for part in outputs])
    expected = w["logit_scale"] * z[:USERS] @ z[USERS:].T + (w["item_bias"] if popular else 0)
    with torch.no_grad():
        nodes = network(graph)
        block = network.score_block(nodes, torch.arange(USERS), torch.arange(ITEMS))
    np.testing.assert_allclose(block.numpy(), expected, atol=1e-4)


def test_joined_as_the_docstring_says(graph):
    rating, (ranking, _) = rating_network(2), ranking_network(2, True, True)
    first, second = torch.randn(USERS, ITEMS), torch.randn(USERS, ITEMS)
    model = NGCF_Final(rating, ranking, 0.4, first, 0.7, second, 1.5, 3.0).eval()
    user, item = torch.tensor([0, 4, 8]), torch.tensor([11, 0, 5])
    with torch.no_grad():
        nodes = model(graph)
        target = 0.4 * rating.predict(rating(graph), user, item) + first[user, item]
        score = 0.7 * ranking.score(ranking(graph), user, item) + second[user, item]
        score += torch.log(torch.sigmoid(1.5 * (target - 3.0)))
        torch.testing.assert_close(model.predict(nodes, user, item), target)
        torch.testing.assert_close(model.score(nodes, user, item), score)


def test_a_model_without_networks_is_refused():
    with pytest.raises(ValueError, match="expected a rating or a ranking network"):
        NGCF_Final(None, None)
