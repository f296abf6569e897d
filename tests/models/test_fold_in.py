"""People who are new: a training user's own edges have to give what training gave."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from graphrec.answers.history import as_interactions
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.new_edges import NewEdges
from graphrec.graph.sparse import to_scipy
from graphrec.models import NGCF, LightGCN
from graphrec.models.network_fold_in import NetworkFoldIn, RatingFoldIn, Start
from graphrec.models.propagation import NEGATIVE_SLOPE
from tests.answers.predictors import make_predictor, trained_on
from tests.datasets import interactions
from tests.models.networks import (
    DIM,
    ITEMS,
    USERS,
    disturbed,
    random_graph,
    ranking_network,
    rating_network,
    values,
)

LAYERS = pytest.mark.parametrize("layers", [0, 1, 3])
LEVELS = np.arange(1, 6, dtype=np.float32)


def edges_of(graph: BipartiteGraph, users: list[int]) -> NewEdges:
    """What some training users did, as edges of new users."""
    row = {user: number for number, user in enumerate(users)}
    pairs = [
        (row[user], item, relation + 1)
        for user, item, relation in zip(
            graph.user.tolist(), graph.item.tolist(), graph.edge_type.tolist(), strict=True
        )
        if user in row
    ]
    new = interactions(*map(list, zip(*pairs, strict=True)))
    return NewEdges.of(new, len(users), graph)


@pytest.fixture
def graph() -> BipartiteGraph:
    graph = random_graph()
    return BipartiteGraph(
        graph.user, graph.item, USERS, ITEMS, graph.edge_type, graph.num_relations, levels=LEVELS
    )


def networks(layers: int):
    yield disturbed(LightGCN(USERS, ITEMS, DIM, layers))
    yield disturbed(NGCF(USERS, ITEMS, DIM, layers))
    yield ranking_network(layers, alike=False)


@LAYERS
@torch.no_grad()
def test_with_their_own_start_a_training_user_s_edges_give_their_own_vector(graph, layers):
    users = [4, 1, 7]
    for network in networks(layers):
        folded = NetworkFoldIn(network, graph)
        outputs = network.fold_in(folded.items, edges_of(graph, users), folded.users[0][users])
        for output, own in zip(outputs, folded.users, strict=True):
            torch.testing.assert_close(output, own[users], atol=1e-5, rtol=1e-5)
        nodes = network(graph)
        vectors = nodes if isinstance(nodes, torch.Tensor) else nodes.vectors
        torch.testing.assert_close(network.vectors(outputs), vectors[users], atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(sum(network.shares(outputs)), network.vectors(outputs))
        scores = network.score_vectors(vectors[users], folded.item_vectors)
        expected = network.score_block(nodes, torch.tensor(users), torch.arange(ITEMS))
        torch.testing.assert_close(scores, expected, atol=1e-5, rtol=1e-5)


@LAYERS
@torch.no_grad()
def test_without_bias_and_side_information_a_training_user_s_ratings_come_back(graph, layers):
    network = rating_network(layers)
    network.bias[:USERS] = 0
    network.user_side.weight[:] = 0
    network.embedding[:, :USERS] = 0 if layers == 0 else network.embedding[:, :USERS]
    users = [0, 5]
    folded = RatingFoldIn(network, graph)
    nodes = network(graph)
    expected = network.predict_block(nodes, torch.tensor(users), torch.arange(ITEMS))
    ratings = folded.ratings(edges_of(graph, users))
    torch.testing.assert_close(ratings, expected, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_someone_new_in_ngcf_agrees_with_the_dense_equation(graph):
    network = disturbed(NGCF(USERS, ITEMS, DIM, 2))
    folded, w = NetworkFoldIn(network, graph), values(network)
    item = np.array([2, 5, 6])
    degree = np.maximum(np.bincount(graph.item, minlength=ITEMS), 1)
    weight = np.zeros(ITEMS)
    weight[item] = 1 / np.sqrt(len(item) * degree[item])
    x = to_scipy(graph.adjacency()).toarray().astype(float), w["embedding.weight"]
    laplacian, x = x
    own = weight @ x[USERS:] @ folded.start.weight.double().numpy() + folded.start.level.numpy()
    vector = [own]
    for number in range(2):
        w1, w2 = np.hsplit(w[f"layers.{number}.weight"], 2)
        bias = w[f"layers.{number}.bias"]
        near = weight @ x[USERS:]
        z = (near + own) @ w1.T + (near * own) @ w2.T + bias
        own = np.where(z > 0, z, NEGATIVE_SLOPE * z)
        vector.append(own / np.linalg.norm(own))
        z = (laplacian @ x + x) @ w1.T + (laplacian @ x * x) @ w2.T + bias
        x = np.where(z > 0, z, NEGATIVE_SLOPE * z)
    edges = NewEdges.of(interactions([0] * 3, item, [3, 4, 5]), 1, graph)
    folded_in = network.vectors(folded.outputs(edges))[0]
    np.testing.assert_allclose(folded_in, np.concatenate(vector), atol=1e-4)


def test_the_start_is_what_ridge_regression_expects_of_the_message():
    message = torch.randn(200, 4)
    initial = message @ torch.randn(4, 4) + 2
    start = Start.fit(message, initial)
    torch.testing.assert_close(start(message), initial, atol=0.2, rtol=0)
    constant = Start.fit(torch.zeros(5, 2), torch.ones(5, 2))
    torch.testing.assert_close(constant(torch.ones(1, 2)), torch.ones(1, 2))


def test_the_start_is_drawn_in_by_a_hundredth_of_the_mean_variance():
    message, initial = torch.randn(30, 4) * torch.tensor([1.0, 2, 3, 4]) + 1, torch.randn(30, 4)
    penalty = 0.01 * float(message.var(dim=0, correction=0).mean()) * len(message)
    ridge = Ridge(alpha=penalty).fit(message.numpy(), initial.numpy())
    start = Start.fit(message, initial)
    expected = torch.from_numpy(ridge.predict(message.numpy())).float()
    torch.testing.assert_close(start(message), expected, atol=1e-5, rtol=1e-5)


def test_an_item_without_an_edge_weighs_as_one_with_a_single_one():
    graph = BipartiteGraph(torch.tensor([0, 1]), torch.tensor([0, 0]), 2, 3)
    edges = NewEdges.of(interactions([0, 0], [0, 2], [1, 1]), 1, graph)
    torch.testing.assert_close(edges.weight, torch.tensor([4.0, 2.0]).rsqrt())


def test_an_edge_that_is_left_out_makes_the_others_weigh_more(graph):
    whole = NewEdges.of(interactions([0] * 3, [1, 4, 8], [1, 5, 3]), 1, graph)
    rest = NewEdges.of(interactions([0] * 2, [1, 8], [1, 3]), 1, graph)
    without = whole.without(1)
    assert torch.equal(without.item, rest.item)
    assert torch.equal(without.edge_type, rest.edge_type)
    torch.testing.assert_close(without.weight, rest.weight)


def test_rows_of_the_filters_come_back_and_with_them_their_scores(data):
    predictor = make_predictor(data)
    users = np.unique(data.train.user)[[0, 3, 8]]
    histories = [trained_on(predictor, user) for user in users]
    rows = predictor.fold_in.strengths(as_interactions(histories), len(users))
    ranking = predictor.model.filters.ranking
    np.testing.assert_allclose(rows.toarray(), ranking.matrix[users].toarray(), atol=1e-6)
    if data.explicit:
        weight = predictor.fold_in.strengths.rating_weight
        assert weight == pytest.approx(0.2, rel=1e-4)
    torch.testing.assert_close(ranking.score_rows(rows), ranking(torch.from_numpy(users)))
