"""The measures that choose an epoch, against the same a pair at a time."""

import numpy as np
import pytest
import torch

from graphrec.evaluation.metrics import ndcg_at_k
from graphrec.evaluation.ranking import Seen, relevant_ranks
from graphrec.graph.bipartite import build_graph
from graphrec.models import NGCF
from graphrec.training.validation import Validator, relevant_part


@pytest.fixture
def graph(data):
    return build_graph(data)


@pytest.fixture
def model(data):
    offset = 3.5 if data.explicit else None
    return NGCF(data.num_users, data.num_items, 8, 2, offset=offset).eval()


@pytest.fixture
def scores(model, graph, data) -> np.ndarray:
    """Of all pairs (users, items), in double precision."""
    with torch.no_grad():
        rows = model.score_items(model(graph), torch.arange(data.num_users))
    return rows.double().numpy()


def relevant_pairs(data) -> list[tuple[int, int]]:
    pairs = data.valid.interactions
    chosen = data.relevant(pairs)
    return [*zip(pairs.user[chosen].tolist(), pairs.item[chosen].tolist(), strict=True)]


def test_the_cross_entropy_is_that_of_each_relevant_item_among_all_not_trained_with(
    data, graph, model, scores
):
    train = {*zip(data.train.user.tolist(), data.train.item.tolist(), strict=True)}
    losses = []
    for user, item in relevant_pairs(data):
        others = [i for i in range(data.num_items) if (user, i) not in train]
        losses.append(np.log(np.exp(scores[user, others]).sum()) - scores[user, item])
    with torch.no_grad():
        measured = Validator(data, graph)(model)
    assert measured["cross_entropy"] == pytest.approx(np.mean(losses), rel=1e-5)


def test_scores_that_are_all_the_same_have_the_entropy_of_a_guess(data, graph):
    def constant(user):
        return torch.zeros(len(user), data.num_items)

    counts = np.bincount(data.train.user, minlength=data.num_users)
    guesses = [np.log(data.num_items - counts[user]) for user, _ in relevant_pairs(data)]
    measured = Validator(data, graph).rankings(constant)
    assert measured["cross_entropy"] == pytest.approx(np.mean(guesses), rel=1e-5)
    assert measured["ndcg_at_10"] == 0


def test_both_errors_are_means_over_the_held_out_pairs(data, graph, model, scores):
    pairs, negative = data.valid.interactions, data.valid.negative
    positive, others = scores[pairs.user, pairs.item], scores[pairs.user, negative]
    with torch.no_grad():
        measured = Validator(data, graph)(model)
    assert measured["log_error"] == pytest.approx(
        np.log1p(np.exp(others - positive)).mean(), rel=1e-5
    )
    if data.explicit:
        expected = ((3.5 + positive).clip(1, 5) - pairs.rating) ** 2
    else:
        chance = 1 / (1 + np.exp(-np.concatenate([positive, others])))
        expected = (chance - np.repeat([1, 0], len(pairs))) ** 2
    assert measured["mse"] == pytest.approx(expected.mean(), rel=1e-5)


def test_ndcg_is_that_of_the_ranks(data, graph, model, scores):
    pairs = data.valid.interactions
    table = torch.from_numpy(scores).float()
    seen = Seen([data.train], data.num_users)
    user, rank = relevant_ranks(lambda u: table[u].clone(), pairs[data.relevant(pairs)], seen)
    with torch.no_grad():
        measured = Validator(data, graph)(model)
    assert measured["ndcg_at_10"] == pytest.approx(float(ndcg_at_k(user, rank, 10).mean()))


@pytest.mark.parametrize("most", [1, 7, 10_000])
def test_of_many_users_evenly_spread_ones_are_looked_at(data, most):
    part = relevant_part(data, most)
    users, every = np.unique(part.user), np.unique([user for user, _ in relevant_pairs(data)])
    assert len(users) <= most
    assert len(users) > min(most, len(every)) / 2
    steps = np.diff(np.searchsorted(every, users))
    assert len(set(steps.tolist())) <= 1
    assert (np.diff(part.user) >= 0).all()
    expected = [pair for pair in relevant_pairs(data) if pair[0] in users]
    assert sorted(zip(part.user.tolist(), part.item.tolist(), strict=True)) == sorted(expected)


def test_fewer_users_change_the_measures_of_rankings_alone(data, graph, model, monkeypatch):
    with torch.no_grad():
        every = Validator(data, graph)(model)
        monkeypatch.setattr("graphrec.training.validation.MOST_USERS", 5)
        few = Validator(data, graph)(model)
    assert {name for name in every if every[name] != few[name]} == {"cross_entropy", "ndcg_at_10"}
