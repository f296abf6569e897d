"""Which baselines a data set has, and that each can be evaluated."""

import logging
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec.baselines import baselines as module
from graphrec.baselines.baselines import EASE_REGULARIZATION, KNN_NEIGHBORS, fit_baselines
from graphrec.evaluation.results import as_json, evaluate_parts, protocol_of, save_json
from graphrec.evaluation.scorers import PredictsLabels, RanksItems
from graphrec.filters.similarity import ease, nearest_neighbors
from tests.datasets import dataset, interactions
from tests.faults import PARAMS

MEANS = {"constant", "user-mean", "item-mean", "user-and-item-mean"}
EVENTS = {"constant", "reversed-popularity", "common-neighbors"}
RANKINGS = {"popularity", "item-knn", "ease"}
EXPECTED = {
    "movielens": MEANS | RANKINGS,
    "imdb": EVENTS | RANKINGS | {"keywords-cosine", "same-director", "same-genre", "hand-set"},
}
FEW = interactions([0, 0, 1, 2], [0, 1, 1, 2], [5, 3, 4, 1])


def test_a_data_set_has_what_its_kind_and_its_side_information_allow(name, data):
    assert set(fit_baselines(data)) == EXPECTED[name]


@pytest.mark.parametrize("explicit", [True, False])
def test_without_side_information_the_others_stay(explicit):
    baselines = fit_baselines(dataset(3, 4, FEW, explicit))
    assert set(baselines) == RANKINGS | (MEANS if explicit else EVENTS)


def test_a_large_data_set_has_no_ease_and_the_log_says_so(imdb, monkeypatch, caplog):
    monkeypatch.setattr(module, "MOST_ITEMS", 50)
    with caplog.at_level(logging.WARNING):
        assert set(fit_baselines(imdb.data)) == EXPECTED["imdb"] - {"ease"}
    assert caplog.messages == ["No EASE: expected at most 50 items, got 60"]


def test_every_baseline_has_finite_measures_that_can_be_written(prepared, tmp_path):
    data, test = prepared
    for name, baseline in fit_baselines(data).items():
        parts = evaluate_parts(baseline, data, test, protocol_of(PARAMS, data))
        values = parts["test"].values
        assert ("mse" in values) == isinstance(baseline, PredictsLabels), name
        assert ("ndcg_at_10" in values) == isinstance(baseline, RanksItems), name
        assert values, name
        save_json(tmp_path / f"{name}.json", as_json(parts))


@pytest.mark.parametrize("baseline", ["popularity", "reversed-popularity"])
def test_popularity_has_auc_one_half_on_imdb(imdb, baseline):
    parts = evaluate_parts(
        fit_baselines(imdb.data)[baseline], *imdb, protocol_of(PARAMS, imdb.data)
    )
    assert parts["test"].values["auc"] == 0.5
    assert parts["valid"].values["auc"] == 0.5


def test_item_items_are_fitted_on_the_relevant_interactions(name, data):
    train = data.train
    chosen = train[train.rating >= 4] if name == "movielens" else train
    user_items = chosen.matrix(data.num_users, data.num_items)
    baselines, user = fit_baselines(data), np.arange(data.num_users)
    neighbors = nearest_neighbors(sp.csr_array(user_items.T), KNN_NEIGHBORS)
    for baseline, weights in (
        ("ease", ease(user_items, EASE_REGULARIZATION)),
        ("item-knn", neighbors.toarray()),
    ):
        scores = baselines[baseline].score_items(torch.from_numpy(user))
        expected = user_items.toarray() @ weights
        np.testing.assert_allclose(scores.numpy(), expected, atol=1e-5, err_msg=baseline)


def test_popularity_counts_all_training_interactions(data):
    count = np.bincount(data.train.item, minlength=data.num_items)
    scores = fit_baselines(data)["popularity"].score_items(torch.tensor([0, 5]))
    assert scores.tolist() == [count.tolist()] * 2


def test_rows_do_not_depend_on_who_else_is_asked_and_may_be_written_to(data):
    every = torch.arange(data.num_users)
    for name, baseline in fit_baselines(data).items():
        if isinstance(baseline, RanksItems):
            whole = baseline.score_items(every).clone()
            assert whole.shape == (data.num_users, data.num_items), name
            assert whole.dtype == torch.float32, name
            baseline.score_items(every)[:] = -torch.inf  # as a mask of seen items does
            some = baseline.score_items(torch.tensor([5, 0, 5]))
            torch.testing.assert_close(some, whole[[5, 0, 5]], msg=name)


def test_only_training_interactions_are_looked_at(data):
    held = replace(data.valid.interactions, item=data.valid.interactions.item[::-1].copy())
    changed = replace(data, valid=replace(data.valid, interactions=held))
    user, item = torch.arange(data.num_users), torch.zeros(data.num_users, dtype=torch.long)
    first, second = fit_baselines(data), fit_baselines(changed)
    for name, baseline in first.items():
        if isinstance(baseline, RanksItems):
            assert torch.equal(baseline.score_items(user), second[name].score_items(user)), name
        else:
            assert torch.equal(baseline.predict(user, item), second[name].predict(user, item)), name


def test_without_a_relevant_interaction_items_have_no_neighbors():
    """Where ratings are all low."""
    data = dataset(2, 3, interactions([0, 1], [0, 1], [1, 2]))
    scores = fit_baselines(data)["item-knn"].score_items(torch.tensor([0, 1]))
    assert scores.tolist() == [[0.0] * 3] * 2
