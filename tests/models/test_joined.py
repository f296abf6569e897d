"""How the parts of NGCF_Final go together: its networks alone, and with filters and mixture."""

import pytest
import torch

from graphrec.config.params import select_run
from graphrec.filters.fit import Filters, fit_filters
from graphrec.graph.bipartite import build_graph
from graphrec.models import NGCF_Final
from graphrec.models.factory import build_model
from graphrec.models.learned import learned
from tests.faults import PARAMS
from tests.models.networks import disturbed

SHARE, LIKED, CALIBRATION = 0.3, (1.5, 3.0), (0.7, -2.0)
MIXTURE = ("share", "weight", "liked", "calibration")


def build(name: str, data) -> tuple[NGCF_Final, object]:
    run = select_run(PARAMS, name)
    graph = build_graph(data)
    filters = fit_filters(data, PARAMS.filters, run.layers, PARAMS.seed)
    return disturbed(build_model(run, PARAMS.of(run), data, graph, filters)), graph


def mix(model: NGCF_Final) -> NGCF_Final:
    """With weights that no part starts with."""
    model.share.fill_(SHARE)
    model.weight.copy_(torch.linspace(0.4, 1.1, len(model.weight)))
    model.liked.copy_(torch.tensor(LIKED))
    model.calibration.copy_(torch.tensor(CALIBRATION))
    return model


@pytest.fixture(autouse=True)
def _no_gradient():
    with torch.no_grad():
        yield


def test_of_ratings_both_kinds_of_scores_go_together_as_the_docstring_says(movielens):
    data = movielens.data
    model, graph = build("movielens-base", data)
    mix(model)
    user, item = torch.tensor([4, 0, 39]), torch.arange(data.num_items)
    nodes = model(graph)
    network = model.rating.predict_block(model.rating(graph), user, item)
    target = SHARE * network + (1 - SHARE) * model.filters.rating(user)
    torch.testing.assert_close(model.rate_items(nodes, user), target)
    model.liked[1] = target.mean()  # where liking is neither certain nor out of the question
    score = model.weight[0] * model.ranking.score_block(model.ranking(graph), user, item)
    for weight, scores in zip(model.weight[1:], model.filters.ranking(user), strict=True):
        score = score + weight * scores
    score = score + torch.log(torch.sigmoid(LIKED[0] * (target - target.mean())))
    torch.testing.assert_close(model.score_items(nodes, user), score, atol=1e-4, rtol=1e-4)


def test_of_events_there_is_no_rating_and_scores_become_chances(imdb):
    data = imdb.data
    model, graph = build("imdb-base", data)
    mix(model)
    user, nodes = torch.tensor([4, 0, 79]), model(graph)
    parts = [model.score_block(nodes, user, torch.arange(data.num_items))]
    parts += [*model.filters.ranking(user)]
    score = sum(weight * part for weight, part in zip(model.weight, parts, strict=True))
    torch.testing.assert_close(model.score_items(nodes, user), score)
    chance = torch.sigmoid(CALIBRATION[0] * score + CALIBRATION[1])
    torch.testing.assert_close(model.target(score), chance)


def test_without_a_ranking_network_items_are_ranked_by_their_rating(movielens):
    model, graph = build("movielens-mse", movielens.data)
    assert model.ranking is None
    mix(model)
    user, nodes = torch.arange(10), model(graph)
    assert torch.equal(model.score_items(nodes, user), model.rate_items(nodes, user))


@pytest.mark.parametrize("name", ["movielens-base", "movielens-mse", "imdb-base"])
def test_what_is_trained_are_the_networks_alone(name, movielens, imdb):
    """The mixture comes afterwards, and no filter is looked at before."""
    data = {"movielens": movielens, "imdb": imdb}[name.split("-")[0]].data
    model, graph = build(name, data)
    nodes = model(graph)
    user, item = torch.randint(data.num_users, (20,)), torch.randint(data.num_items, (20,))
    before = [
        model.predict(nodes, user, item),
        model.score(nodes, user, item),
        *model.predict_and_score(nodes, user, item),
        model.score_block(nodes, user, item).diagonal(),
    ]
    torch.testing.assert_close(before[0], before[2])
    torch.testing.assert_close(before[1], before[3])
    torch.testing.assert_close(before[1], before[4], atol=1e-4, rtol=1e-4)
    model.filters.ranking.forward = model.filters.forward = None
    mix(model)
    after = [
        model.predict(nodes, user, item),
        model.score(nodes, user, item),
        *model.predict_and_score(nodes, user, item),
        model.score_block(nodes, user, item).diagonal(),
    ]
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))


def test_while_events_train_their_chance_has_a_learned_level(imdb):
    model, graph = build("imdb-base", imdb.data)
    nodes, user = model(graph), torch.arange(30)
    score = model.score(nodes, user, user)
    expected = torch.sigmoid(model.level[0] * score + model.level[1])
    torch.testing.assert_close(model.predict(nodes, user, user), expected)
    assert model.level is not None
    assert any(part is model.level for part in model.parameters())


def test_a_new_model_is_its_networks_alone(movielens):
    data = movielens.data
    model, graph = build("movielens-base", data)
    nodes, user, item = model(graph), torch.arange(10), torch.arange(data.num_items)
    network = model.rating.predict_block(nodes.rating, user, item)
    torch.testing.assert_close(model.rate_items(nodes, user), network)
    expected = model.ranking.score_block(nodes.ranking, user, item)
    shift = model.score_items(nodes, user) - expected
    torch.testing.assert_close(shift, shift[0, 0].expand_as(shift))  # the same for all, no ranking


def test_without_a_rating_filter_the_network_rates_alone(movielens):
    model, graph = build("movielens-base", movielens.data)
    filters = Filters(None, model.filters.ranking)
    alone = mix(NGCF_Final(model.rating, model.ranking, filters).eval())
    nodes, user = alone(graph), torch.arange(10)
    item = torch.arange(10).flip(0)
    network, nothing = alone.ratings(nodes, user, item)
    assert nothing is None
    assert torch.equal(alone.rate(nodes, user, item), network)
    torch.testing.assert_close(alone.rate_items(nodes, user)[user, item], network)


def test_a_pair_is_rated_as_in_the_row_of_all_items(movielens):
    model, graph = build("movielens-base", movielens.data)
    mix(model)
    nodes, user, item = model(graph), torch.tensor([3, 0, 3, 7]), torch.tensor([1, 5, 2, 0])
    expected = model.rate_items(nodes, torch.arange(8))[user, item]
    torch.testing.assert_close(model.rate(nodes, user, item), expected)


def test_parts_are_the_network_and_the_filters_in_the_order_of_their_names(imdb, movielens):
    for name, data in (("imdb-base", imdb.data), ("movielens-base", movielens.data)):
        model, graph = build(name, data)
        nodes, user = model(graph), torch.tensor([3, 1])
        parts = model.parts(nodes, user)
        assert parts.part.shape == (1 + len(model.filters.names), 2, data.num_items)
        assert torch.equal(parts.part[1:], torch.stack(model.filters.ranking(user)))
        assert (parts.rating is not None) == data.explicit


def test_a_mixture_is_taken_from_another_model_and_nothing_else(movielens):
    model, _ = build("movielens-base", movielens.data)
    other, _ = build("movielens-base", movielens.data)
    mix(other)
    before = {name: part.clone() for name, part in model.state_dict().items()}
    model.take_mixture(other)
    for name, part in model.state_dict().items():
        if name in MIXTURE:
            assert torch.equal(part, other.state_dict()[name])
        else:
            assert torch.equal(part, before[name])
    other.share.fill_(0.9)
    assert model.share.item() == pytest.approx(SHARE)


def test_what_was_learned_is_told_by_name(movielens, imdb):
    model, _ = build("movielens-base", movielens.data)
    names = ["ranking.network", "ranking.co_occurrence", "rating.network"]
    assert [*learned(mix(model))] == [*names, "liked.slope", "liked.centre"]
    assert learned(model)["rating.network"] == pytest.approx(SHARE)
    assert learned(model)["ranking.co_occurrence"] == pytest.approx(1.1)
    assert [*learned(build("movielens-mse", movielens.data)[0])] == ["rating.network"]
    model, _ = build("imdb-base", imdb.data)
    expected = ["network", *model.filters.names]
    assert [*learned(model)] == [f"ranking.{name}" for name in expected]
    assert learned(torch.nn.Linear(1, 1)) == {}


def test_a_model_without_networks_is_refused(movielens):
    filters = fit_filters(movielens.data, PARAMS.filters, 2, PARAMS.seed)
    with pytest.raises(ValueError, match="expected a rating or a ranking network"):
        NGCF_Final(None, None, filters)
