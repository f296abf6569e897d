"""Each part of NGCF_Final can be left out by its settings, and the rest still works."""

from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from benchmarks.settings import change
from graphrec.config.params import check_params, select_run
from graphrec.data.dataset import Dataset
from graphrec.filters.fit import Filters, fit_filters
from graphrec.filters.ranking import content_name
from graphrec.graph.bipartite import build_graph
from graphrec.models.factory import build_model
from graphrec.models.learned import learned
from graphrec.models.ngcf_final import NGCF_Final
from graphrec.models.trained import TrainedModel
from graphrec.training.fitting import Fitted, fit_run
from tests import faults
from tests.datasets import dataset, interactions

QUICK = {"train.epochs": 1, "threads": 1}
EXPLICIT = "hyperparameters.explicit.ngcf_final"
EVENTS = "hyperparameters.attributes.ngcf_final"


def fit(data: Dataset, name: str, values: dict) -> Fitted:
    params = check_params(change(faults.TREE, QUICK | values))
    return fit_run(select_run(params, name), params, data, lambda _: None)


def filters_of(data: Dataset, values: dict) -> Filters:
    return fit_filters(data, check_params(change(faults.TREE, values)).filters, 2, 0)


def kinds(*names: str) -> dict:
    return {"filters.ranking.kinds": [*names]}


def test_filters_are_those_that_are_wanted(imdb):
    blocks = [content_name(block) for block in imdb.data.items.features]
    assert filters_of(imdb.data, {}).names == sorted(["co_occurrence", *blocks])
    assert filters_of(imdb.data, kinds("content")).names == sorted(blocks)
    assert filters_of(imdb.data, kinds("co_occurrence", "walk")).names == ["co_occurrence"]
    assert filters_of(imdb.data, kinds("walk", "low_pass")).names == ["low_pass", "walk"]
    assert filters_of(imdb.data, kinds()).names == []


def test_many_items_have_no_weight_for_every_pair(monkeypatch):
    monkeypatch.setattr("graphrec.filters.ranking.MOST_ITEMS", 2)
    data = dataset(3, 4, interactions([0, 0, 1, 2], [0, 1, 1, 3]), explicit=False)
    assert filters_of(data, {}).names == ["low_pass", "walk"]
    assert filters_of(data, kinds("co_occurrence", "walk")).names == ["walk"]


def test_all_kinds_come_back_from_a_file(imdb, tmp_path):
    fitted, user = filters_of(imdb.data, kinds("content", "walk", "low_pass")), torch.arange(5)
    save_file(fitted.state_dict(), tmp_path / "filters.safetensors")
    twin = Filters.from_state(load_file(tmp_path / "filters.safetensors"))
    assert twin.names == fitted.names
    torch.testing.assert_close(twin.ranking(user), fitted.ranking(user), rtol=0, atol=0)


def test_the_rating_filter_can_be_left_out(movielens):
    assert filters_of(movielens.data, {}).rating is not None
    assert filters_of(movielens.data, {"filters.rating": None}).rating is None


@pytest.mark.parametrize(
    ("name", "values", "parts"),
    [
        (
            "movielens-base",
            {"filters.rating": None} | kinds(),
            {"ranking.network", "rating.network", "liked.slope", "liked.centre"},
        ),
        (
            "movielens-base",
            {f"{EXPLICIT}.network": False, f"{EXPLICIT}.liked": False},
            {"ranking.co_occurrence", "rating.network"},
        ),
        ("movielens-mse", {"filters.rating": None}, {"rating.network"}),
        ("movielens-mse", {f"{EXPLICIT}.network": False}, {"rating.network"}),
        ("imdb-base", kinds(), {"ranking.network"}),
        ("imdb-base", {f"{EVENTS}.network": False} | kinds("walk"), {"ranking.walk"}),
    ],
)
def test_what_is_left_in_is_weighed(name, values, parts, request):
    data = request.getfixturevalue(name.split("-")[0]).data
    fitted = fit(data, name, values)
    weights = learned(fitted.model)
    assert set(weights) == parts
    scores = TrainedModel(fitted.model, fitted.graph).score_items(torch.arange(3))
    assert scores.isfinite().all()
    if values.get(f"{EXPLICIT}.network") is False:
        assert weights["rating.network"] == 0


def test_without_networks_scores_are_those_of_the_filters(imdb):
    fitted = fit(imdb.data, "imdb-base", {f"{EVENTS}.network": False})
    model, user = fitted.model, torch.arange(5)
    assert isinstance(model, NGCF_Final)
    expected = torch.einsum("p,pni->ni", model.weight, torch.stack(model.filters.ranking(user)))
    torch.testing.assert_close(TrainedModel(model, fitted.graph).score_items(user), expected)


def test_the_copy_in_double_precision_holds_no_second_set_of_matrices(imdb):
    fitted = fit(imdb.data, "imdb-base", {f"{EVENTS}.network": False} | kinds("content", "walk"))
    trained = TrainedModel(fitted.model, fitted.graph)
    copied = dict(trained.in_double.named_buffers())
    for name, buffer in trained.model.named_buffers():
        is_shared = copied[name].is_sparse_csr or copied[name].data_ptr() == buffer.data_ptr()
        large = name.endswith((".value", ".column", ".offset", ".shape")) or buffer.is_sparse_csr
        assert is_shared == large, name
        assert large or copied[name].dtype in (torch.float64, torch.int64), name


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("imdb-base", {f"{EVENTS}.network": False} | kinds()),
        ("movielens-mse", {f"{EXPLICIT}.network": False, "filters.rating": None}),
    ],
)
def test_without_networks_and_filters_nothing_is_left(name, values, request):
    data = request.getfixturevalue(name.split("-")[0]).data
    with pytest.raises(ValueError, match=r"expected a filter of all that .*: set `network: true`"):
        fit(data, name, values)


def networks(data: Dataset, name: str, values: dict) -> NGCF_Final:
    """Those of an untrained model."""
    params = check_params(change(faults.TREE, values))
    run = select_run(params, name)
    filters = fit_filters(data, params.filters, run.layers, 0)
    torch.manual_seed(0)
    model = build_model(run, params.of(run), data, build_graph(data), filters)
    assert isinstance(model, NGCF_Final)
    return model


def test_features_are_seen_only_where_they_are_wanted(movielens):
    model = networks(
        movielens.data,
        "movielens-base",
        {f"{EXPLICIT}.ranking.features": False, f"{EXPLICIT}.rating.features": False},
    )
    bare = replace(
        movielens.data,
        users=replace(movielens.data.users, features={}),
        items=replace(movielens.data.items, features={}),
    )
    expected = networks(bare, "movielens-base", {}).state_dict()
    for key, value in model.state_dict().items():
        if not key.startswith("filters."):
            assert value.shape == expected[key].shape, key


def test_the_relation_of_categories_can_be_left_out(imdb):
    assert networks(imdb.data, "imdb-base", {}).ranking.alike is not None
    values = {f"{EVENTS}.ranking.same_category": False}
    assert networks(imdb.data, "imdb-base", values).ranking.alike is None


def test_embeddings_start_at_random_where_that_is_wanted(movielens):
    key = f"{EXPLICIT}.ranking.spectral_start"
    first, second = (
        networks(movielens.data, "movielens-base", {key: value}).ranking.id_embedding
        for value in (True, False)
    )
    assert first.shape == second.shape
    assert not torch.equal(first, second)
