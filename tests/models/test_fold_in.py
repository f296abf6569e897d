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


@pytest.mark.parametrize("folded_in", [False, True])
@torch.no_grad()
def test_what_edges_add_is_what_the_layers_hear_of_them(graph, folded_in):
    edges = NewEdges.of(interactions([0] * 3, [1, 4, 8], [1, 5, 3]), 1, graph)
    for network in (disturbed(LightGCN(USERS, ITEMS, DIM, 3)), ranking_network(3, alike=False)):
        folded = NetworkFoldIn(network, graph)
        outputs, item = folded.outputs(edges), 6
        added = folded.item_scores(edges, outputs, item, folded_in).sum()
        layers = folded.layer_scores(outputs, item)
        expected = sum(layers[f"layer {number}"] for number in (1, 2, 3))
        if folded_in:
            level = folded.start.level / network.length(outputs)[0]
            vector = folded.scale * folded.item_vectors[item]
            expected += layers["initial embedding"] - float(level @ vector)
        assert float(added) == pytest.approx(expected, rel=1e-4)


@torch.no_grad()
def test_users_without_edges_say_nothing_of_the_start(graph):
    active = graph.user > 2
    some = BipartiteGraph(graph.user[active], graph.item[active], USERS, ITEMS)
    network = disturbed(LightGCN(USERS, ITEMS, DIM, 2))
    message = (some.adjacency() @ network.embedding.weight)[3:USERS]
    expected = Start.fit(message, network.embedding.weight[3:USERS])
    for found, part in zip(NetworkFoldIn(network, some).start, expected, strict=True):
        torch.testing.assert_close(found, part)


def test_parts_are_the_network_s_and_the_filters_of_each_user_alone(movielens):
    predictor = make_predictor(movielens.data)
    fold_in = predictor.fold_in
    histories = [predictor.newcomer([1, 4, 7], [5.0, 1.0, 4.0]), predictor.newcomer([2], [3.0])]
    new = as_interactions(histories)
    together = fold_in.parts(new, 2)
    for number, history in enumerate(histories):
        alone = as_interactions([history])
        scored = fold_in.parts(alone, 1)
        network = fold_in.network.scores(fold_in.edges(alone, 1))
        torch.testing.assert_close(scored.part[0], network)
        ranking = predictor.model.filters.ranking
        filters = ranking.score_rows(fold_in.strengths(alone, 1))
        torch.testing.assert_close([*scored.part[1:]], filters)
        torch.testing.assert_close(together.part[:, [number]], scored.part)
        torch.testing.assert_close(together.rating[[number]], scored.rating)


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
