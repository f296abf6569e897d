"""What the plain models share: targets, ratings and chances, and what decays."""

import numpy as np
import pytest
import torch

from graphrec.graph.bipartite import build_graph
from graphrec.models import NGCF, LightGCN

MODELS = pytest.mark.parametrize("kind", [NGCF, LightGCN])


def make(kind, data, offset):
    model = kind(data.num_users, data.num_items, 8, 2, weight_decay=0.1, offset=offset)
    if model.level is not None:
        with torch.no_grad():
            model.level.copy_(torch.tensor([0.7, -1.5]))
    return model.eval()


@pytest.fixture(autouse=True)
def _no_gradient():
    with torch.no_grad():
        yield


@MODELS
def test_with_an_offset_a_target_is_a_rating(movielens, kind):
    data = movielens.data
    model = make(kind, data, 3.5)
    nodes, user = model(build_graph(data)), torch.arange(7)
    scores = model.score_items(nodes, user)
    assert scores.shape == (7, data.num_items)
    torch.testing.assert_close(
        model.rate(
            nodes,
            user.repeat_interleave(scores.shape[1]),
            torch.arange(scores.shape[1]).repeat(len(user)),
        ).view_as(scores),
        3.5 + scores,
    )
    assert torch.equal(model.target(scores), 3.5 + scores)
    assert model.level is None


@MODELS
def test_without_one_it_is_a_chance_of_a_learned_level(imdb, kind):
    data = imdb.data
    model = make(kind, data, None)
    nodes, user = model(build_graph(data)), torch.arange(7)
    scores = model.score_items(nodes, user)
    expected = 1 / (1 + np.exp(-(0.7 * scores.numpy() - 1.5)))
    np.testing.assert_allclose(
        model.rate(
            nodes,
            user.repeat_interleave(expected.shape[1]),
            torch.arange(expected.shape[1]).repeat(len(user)),
        ).view(expected.shape),
        expected,
        atol=1e-6,
    )
    np.testing.assert_allclose(model.target(scores), expected, atol=1e-6)
    assert "offset" not in model.state_dict()


@MODELS
@pytest.mark.parametrize("offset", [3.5, None])
def test_pairs_have_the_scores_and_targets_of_their_block(imdb, kind, offset):
    data = imdb.data
    model = make(kind, data, offset)
    nodes = model(build_graph(data))
    user, item = torch.tensor([0, 3, 3]), torch.tensor([5, 1, 5])
    rows = model.score_items(nodes, user)[torch.arange(3), item]
    predicted, score = model.predict_and_score(nodes, user, item)
    torch.testing.assert_close(score, rows)
    torch.testing.assert_close(model.score(nodes, user, item), rows)
    torch.testing.assert_close(predicted, model.target(rows))
    torch.testing.assert_close(model.predict(nodes, user, item), model.target(rows))


@MODELS
@pytest.mark.parametrize("offset", [3.5, None])
def test_all_but_the_level_decays(imdb, kind, offset):
    model = make(kind, imdb.data, offset)
    groups = model.parameter_groups()
    grouped = [id(part) for group in groups for part in group["params"]]
    assert sorted(grouped) == sorted(map(id, model.parameters()))
    assert groups[0]["weight_decay"] == 0.1
    assert len(groups) == (2 if offset is None else 1)
    if offset is None:
        assert groups[1] == {"params": [model.level]}


@MODELS
def test_the_level_is_learned_from_events_alone(imdb, kind):
    data = imdb.data
    model = make(kind, data, None).train()
    with torch.enable_grad():
        nodes = model(build_graph(data))
        user = item = torch.arange(20)
        model.score(nodes, user, item).sum().backward()
        assert model.level.grad is None  # the log error leaves level and scale open
        nodes = model(build_graph(data))
        model.predict(nodes, user, item).sum().backward()
    assert (model.level.grad != 0).all()
