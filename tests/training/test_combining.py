"""How the parts of NGCF_Final go together after `combine`: never worse than the networks alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from graphrec.config.params import select_run
from graphrec.filters.fit import Filters, fit_filters
from graphrec.graph.bipartite import build_graph
from graphrec.models import NGCF_Final
from graphrec.models.calibration import fit_platt
from graphrec.models.factory import build_model
from graphrec.models.mixture import fit_log_linear
from graphrec.training.combining import combine
from tests.faults import PARAMS

SEED = PARAMS.seed
MIXTURE = ("share", "weight", "liked", "calibration")
RUNS = ("movielens-base", "movielens-mse", "imdb-base")


def build(name: str, data):
    """Untrained, which is as good as trained: some network whose scores mean little."""
    torch.manual_seed(SEED)
    run, graph = select_run(PARAMS, name), build_graph(data)
    filters = fit_filters(data, PARAMS.filters, run.layers, SEED)
    return build_model(run, PARAMS.of(run), data, graph, filters), graph


@pytest.fixture(params=RUNS)
def name(request) -> str:
    return request.param


@pytest.fixture
def prepared(name, request):
    return request.getfixturevalue(name.split("-")[0])


@pytest.fixture
def combined(name, data):
    model, graph = build(name, data)
    combine(model, graph, data, SEED)
    return model, graph


def mixture_of(model) -> list[torch.Tensor]:
    return [getattr(model, part).clone() for part in MIXTURE]


def log_likelihood(model, graph, data) -> float:
    """Of the relevant validation interactions, each among the items that its user does not know."""
    with torch.no_grad():
        scores = model.score_items(model(graph), torch.arange(data.num_users)).double()
    pairs = data.valid.interactions
    known = torch.zeros(scores.shape, dtype=torch.bool)
    known[data.train.user, data.train.item] = True
    known[pairs.user, pairs.item] = True
    others = scores.masked_fill(known, -torch.inf).logsumexp(dim=1)
    pairs = pairs[data.relevant(pairs)]
    own = scores[pairs.user, pairs.item]
    return float(-torch.nn.functional.softplus(others[pairs.user] - own).mean())


def rating_error(model, graph, data) -> float:
    pairs = data.valid.interactions
    with torch.no_grad():
        ratings = model.rate_items(model(graph), torch.arange(data.num_users))
    return float(((ratings[pairs.user, pairs.item].numpy() - pairs.rating) ** 2).mean())


@pytest.mark.parametrize("name", ["movielens-base", "imdb-base"], indirect=True)
def test_the_mixture_is_likelier_than_any_part_alone(combined, data):
    model, graph = combined
    best, weight = log_likelihood(model, graph, data), model.weight.clone()
    for part in range(len(weight)):
        model.weight.copy_(torch.eye(len(weight))[part])
        assert log_likelihood(model, graph, data) <= best + 1e-6, part


@pytest.mark.parametrize("part", range(4))
def test_no_other_weight_is_likelier(imdb, part):
    data = imdb.data
    model, graph = build("imdb-base", data)
    combine(model, graph, data, SEED)
    best = log_likelihood(model, graph, data)
    for step in (-0.05, 0.05):
        model.weight[part] += step
        assert log_likelihood(model, graph, data) < best
        model.weight[part] -= step


@pytest.mark.parametrize("name", ["movielens-base", "imdb-base"], indirect=True)
def test_the_known_items_of_a_user_validation_ones_too_are_no_alternatives(name, data, monkeypatch):
    told = []
    monkeypatch.setattr(
        "graphrec.training.combining.fit_log_linear",
        lambda *given: told.extend(given) or fit_log_linear(*given),
    )
    combine(*build(name, data), data, SEED)
    pairs = data.valid.interactions
    known = np.zeros((data.num_users, data.num_items), bool)
    known[data.train.user, data.train.item] = known[pairs.user, pairs.item] = True
    users = np.unique(pairs.user[data.relevant(pairs)])
    np.testing.assert_array_equal(told[1].numpy(), known[users])  # so few items are all compared


@pytest.mark.parametrize("name", ["movielens-base"], indirect=True)
def test_of_some_items_those_are_known_that_are_and_what_is_learned_is_kept(
    name, data, monkeypatch
):
    told, learned = [], []

    def spy(*given):
        told.extend(given)
        learned.extend(fit_log_linear(*given))
        return learned

    monkeypatch.setattr("graphrec.training.combining.fit_log_linear", spy)
    monkeypatch.setattr("graphrec.training.combining.MOST_ITEMS", 20)
    model, graph = build(name, data)
    combine(model, graph, data, SEED)
    generator = torch.Generator().manual_seed(SEED)
    others = torch.randperm(data.num_items, generator=generator)[:20].sort().values
    pairs = data.valid.interactions
    users = np.unique(pairs.user[data.relevant(pairs)])
    known = np.zeros((data.num_users, data.num_items), bool)
    known[data.train.user, data.train.item] = known[pairs.user, pairs.item] = True
    np.testing.assert_array_equal(told[1].numpy(), known[users][:, others])
    assert torch.equal(model.weight, learned[0])
    assert torch.equal(model.liked, learned[1])
    assert model.liked.tolist() != [0, 0]


@pytest.mark.parametrize("name", ["movielens-base", "movielens-mse"], indirect=True)
def test_the_shares_of_ratings_miss_validation_least(combined, data):
    model, graph = combined
    best, share = rating_error(model, graph, data), float(model.share)
    for other in np.linspace(0, 1, 21):
        model.share.fill_(other)
        assert rating_error(model, graph, data) >= best - 1e-6
    assert 0 <= share <= 1


def test_combining_twice_gives_the_same(name, data, combined):
    first = mixture_of(combined[0])
    combine(*combined, data, SEED)
    assert all(map(torch.equal, first, mixture_of(combined[0])))
    model, graph = build(name, data)
    combine(model, graph, data, SEED)
    assert all(map(torch.equal, first, mixture_of(model)))


def test_networks_and_filters_stay_as_they_are(name, data):
    model, graph = build(name, data)
    before = {key: part.clone() for key, part in model.state_dict().items()}
    combine(model, graph, data, SEED)
    changed = {
        key for key, part in model.state_dict().items() if not torch.equal(part, before[key])
    }
    assert changed <= set(MIXTURE)
    assert changed
    assert not model.training
    assert all(parameter.requires_grad for parameter in model.parameters())


@pytest.mark.parametrize("name", ["imdb-base"], indirect=True)
def test_chances_are_calibrated_on_events_and_their_negatives(combined, data):
    model, graph = combined
    pairs, held = data.valid.interactions, data.valid
    with torch.no_grad():
        scores = model.score_items(model(graph), torch.arange(data.num_users))
    positive, negative = scores[pairs.user, pairs.item], scores[pairs.user, held.negative]
    label = torch.cat([torch.ones(len(held)), torch.zeros(len(held))])
    expected = fit_platt(torch.cat([positive, negative]), label)
    torch.testing.assert_close(model.calibration, expected, atol=1e-3, rtol=1e-3)
    chances = model.target(torch.cat([positive, negative]))
    assert chances.mean().item() == pytest.approx(0.5, abs=0.02)
    guess = ((0.5 - label) ** 2).mean()
    assert ((chances - label) ** 2).mean() <= guess


@pytest.mark.parametrize("name", ["movielens-base", "movielens-mse"], indirect=True)
def test_ratings_are_not_calibrated(combined):
    assert combined[0].calibration.tolist() == [1, 0]


@pytest.mark.parametrize("name", ["movielens-mse"], indirect=True)
def test_without_a_ranking_network_no_ranking_weight_is_learned(combined):
    model, _ = combined
    assert model.weight.tolist() == [1, 0]
    assert model.liked.tolist() == [0, 0]


@pytest.mark.parametrize("name", ["movielens-base"], indirect=True)
def test_without_a_rating_filter_the_network_has_all_of_the_share(combined, data):
    model, graph = combined
    alone = NGCF_Final(model.rating, model.ranking, Filters(None, model.filters.ranking))
    combine(alone, graph, data, SEED)
    assert alone.share.item() == 1
    assert alone.weight.tolist() != [1, 0]


@pytest.mark.parametrize("most_users", [5, 20])
def test_of_many_users_and_items_some_are_enough(imdb, monkeypatch, most_users):
    """A part of the likelihood tells about as much as the whole; nobody's own item is lost."""
    monkeypatch.setattr("graphrec.training.combining.MOST_USERS", most_users)
    monkeypatch.setattr("graphrec.training.combining.MOST_ITEMS", 30)
    data = imdb.data
    model, graph = build("imdb-base", data)
    combine(model, graph, data, SEED)
    assert torch.isfinite(model.weight).all()


def test_blocks_of_users_change_nothing(imdb, monkeypatch):
    data = imdb.data
    mixtures = []
    for block in (512, 7):
        monkeypatch.setattr("graphrec.training.combining.BLOCK", block)
        model, graph = build("imdb-base", data)
        combine(model, graph, data, SEED)
        mixtures.append(model.weight)
    torch.testing.assert_close(*mixtures, atol=1e-3, rtol=1e-3)


def test_the_order_of_held_out_interactions_does_not_matter(movielens):
    data = movielens.data
    order = np.random.default_rng(0).permutation(len(data.valid))
    held = replace(
        data.valid,
        interactions=data.valid.interactions[order],
        negative=data.valid.negative[order],
    )
    mixtures = []
    for part in (data, replace(data, valid=held)):
        model, graph = build("movielens-base", part)
        combine(model, graph, part, SEED)
        mixtures.append(torch.cat([model.share[None], model.weight, model.liked]))
    torch.testing.assert_close(*mixtures, atol=1e-2, rtol=1e-2)
