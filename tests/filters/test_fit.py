"""The filters of a data set: which it has, what they see, and that their state is all of them."""

import logging
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from graphrec.data.features import categorical
from graphrec.filters.fit import Filters, fit_filters
from tests.datasets import dataset, entities, interactions
from tests.faults import PARAMS

SEED, LAYERS = 7, 2
FEW = interactions([0, 0, 1, 1, 2], [0, 1, 1, 2, 0], [5, 3, 4, 1, 2])


def fit(data) -> Filters:
    return fit_filters(data, PARAMS.filters, LAYERS, SEED)


def contents_of(data) -> list[str]:
    """The filters of the small data sets' side information."""
    return [] if data.explicit else ["content_director", "content_genre", "content_keywords"]


def scores_of(filters: Filters) -> list[np.ndarray]:
    """All scores of all users: ratings, where there are some, and rankings."""
    user = torch.arange(filters.ranking.matrix.shape[0])
    rating = [] if filters.rating is None else [filters.rating(user).numpy()]
    return [*rating, *(scores.numpy() for scores in filters.ranking(user))]


@pytest.fixture
def many_items(monkeypatch):
    """As if every data set had too many items for a dense matrix of them."""
    monkeypatch.setattr("graphrec.filters.ranking.MOST_ITEMS", 1)


def test_explicit_ratings_are_predicted_and_both_kinds_are_ranked(data):
    filters = fit(data)
    assert (filters.rating is not None) == data.explicit
    assert filters.names == sorted(["co_occurrence", *contents_of(data)])
    assert filters.num_items == data.num_items
    for scores in scores_of(filters):
        assert scores.shape[-2:] == (data.num_users, data.num_items)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()


def test_with_many_items_walks_and_singular_vectors_rank_instead(data, many_items):
    filters = fit(data)
    assert filters.names == sorted(["low_pass", "walk", *contents_of(data)])
    assert all(np.isfinite(scores).all() for scores in scores_of(filters))


@pytest.mark.parametrize("most_items", [1, 12_000])
def test_filters_come_back_from_a_file(data, monkeypatch, tmp_path, most_items):
    monkeypatch.setattr("graphrec.filters.ranking.MOST_ITEMS", most_items)
    filters = fit(data)
    save_file(filters.state_dict(), tmp_path / "filters.safetensors")
    state = load_file(tmp_path / "filters.safetensors")
    twin = Filters.from_state(state)
    assert twin.names == filters.names
    for scores, again in zip(scores_of(filters), scores_of(twin), strict=True):
        np.testing.assert_array_equal(again, scores)
    longer = {f"filters.{name}": part for name, part in state.items()} | {"share": torch.ones(())}
    assert set(Filters.from_state(longer, "filters.").state_dict()) == set(state)


def test_only_training_interactions_are_looked_at(data):
    held = data.valid.interactions
    other = replace(held, item=held.item[::-1].copy(), rating=held.rating[::-1].copy())
    changed = replace(data, valid=replace(data.valid, interactions=other))
    for first, second in zip(scores_of(fit(data)), scores_of(fit(changed)), strict=True):
        np.testing.assert_array_equal(first, second)


def test_the_same_seed_gives_the_same_bytes_with_many_items(data, many_items):
    for first, second in zip(scores_of(fit(data)), scores_of(fit(data)), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", ["type", "items", "walk", "a.b", "co_occurrence"])
def test_side_information_may_bear_any_name(name):
    block = categorical(np.array(["x", "y", "x"]))
    data = replace(dataset(3, 3, FEW, explicit=False), items=entities("i", 3, **{name: block}))
    filters = fit(data)
    assert len(filters.names) == 2
    twin = Filters.from_state(filters.state_dict())
    for scores, again in zip(scores_of(filters), scores_of(twin), strict=True):
        np.testing.assert_array_equal(again, scores)


def test_ratings_without_any_side_information_have_both_kinds():
    filters = fit(dataset(3, 3, FEW))
    assert filters.rating is not None
    assert filters.names == ["co_occurrence"]
    assert all(np.isfinite(scores).all() for scores in scores_of(filters))


@pytest.mark.parametrize(("num_users", "num_items"), [(4, 3), (3, 4)])
def test_a_large_data_set_has_no_rating_filter_and_the_log_says_so(
    num_users, num_items, monkeypatch, caplog
):
    monkeypatch.setattr("graphrec.filters.fit.MOST_ENTITIES", 3)
    with caplog.at_level(logging.WARNING):
        filters = fit(dataset(num_users, num_items, FEW))
    assert filters.rating is None
    assert filters.names == ["co_occurrence"]
    (message,) = caplog.messages
    assert f"at most 3 users and items for dense covariances, got {num_users} and" in message
    assert not any(name.startswith("rating.") for name in filters.state_dict())
    assert Filters.from_state(filters.state_dict()).rating is None


def test_events_of_a_large_data_set_miss_nothing(monkeypatch, caplog):
    monkeypatch.setattr("graphrec.filters.fit.MOST_ENTITIES", 3)
    with caplog.at_level(logging.WARNING):
        assert fit(dataset(4, 4, FEW, explicit=False)).names == ["co_occurrence"]
    assert caplog.messages == []
