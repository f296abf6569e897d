"""A model from the folder that the train stage left, and from nothing else."""

import json
import shutil

import numpy as np
import pytest
import torch

from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.data.dataset import with_validation
from graphrec.data.storage import load_dataset, save_dataset
from graphrec.models.saved import load_model
from graphrec.models.trained import TrainedModel
from graphrec.training.fitting import fit_run
from stages.train import train

MODELS = ("ngcf_final", "ngcf", "lightgcn")


def small_params(name: str, **changes):
    """Two epochs, and the run with some keys changed."""
    params = load_params()
    run = params.runs[name].model_copy(update=changes)
    settings = {"train": params.train.model_copy(update={"epochs": 2}), "threads": 1}
    return params.model_copy(update=settings | {"runs": {name: run}})


def train_alone(name: str, data, params, root) -> Paths:
    """What the stage leaves of a run; its model folder alone stays."""
    paths = Paths(root)
    save_dataset(paths.training(params.runs[name].dataset), data)
    train(name, params, paths)
    shutil.rmtree(root / "data")
    return paths


def scores_of(model, graph) -> torch.Tensor:
    return TrainedModel(model, graph).score_items(torch.arange(graph.num_users))


@pytest.mark.parametrize("model", MODELS)
def test_a_model_comes_back_with_its_graph_and_its_data(name, data, model, tmp_path):
    run = f"{name}-base"
    params = small_params(run, model=model)
    paths = train_alone(run, data, params, tmp_path)
    assert {path.name for path in paths.model(run).iterdir()} == {
        "weights.safetensors",
        "data.npz",
        "settings.json",
        "curves.csv",
    }
    loaded, graph, known = load_model(paths.model(run))
    assert (graph.num_users, graph.num_edges) == (data.num_users, len(data.train))
    np.testing.assert_array_equal(known.items.titles, data.items.titles)
    fitted = fit_run(params.runs[run], params, data, lambda _: None)
    state = loaded.state_dict()
    assert set(state) == set(fitted.model.state_dict())
    for key, part in fitted.model.state_dict().items():
        assert torch.equal(state[key], part), key
    expected = scores_of(fitted.model, fitted.graph)
    torch.testing.assert_close(scores_of(loaded, graph), expected, atol=0, rtol=0)


def test_what_the_parts_weigh_is_in_the_settings(movielens, tmp_path):
    run = "movielens-base"
    paths = train_alone(run, movielens.data, small_params(run), tmp_path)
    settings = json.loads(paths.settings(run).read_text())
    model, _, _ = load_model(paths.model(run))
    assert settings["learned"]["rating.network"] == pytest.approx(float(model.share))
    assert settings["run"]["dataset"] == "movielens"
    assert settings["best_epoch"] in (1, 2)


def test_of_a_refitted_run_there_are_two_models(movielens, tmp_path):
    run, data = "movielens-base", movielens.data
    paths = train_alone(run, data, small_params(run, refit=True), tmp_path)
    assert len(load_dataset(paths.known(run)).train) == len(data.train)
    model, graph, known = load_model(paths.model(run))
    assert len(known.train) == graph.num_edges == len(with_validation(data).train)
    before, its_graph, its_data = load_model(paths.model(run), validated=True)
    assert len(its_data.train) == its_graph.num_edges == len(data.train)
    assert not torch.equal(scores_of(model, graph), scores_of(before, its_graph))
    assert torch.equal(model.weight, before.weight)
    assert torch.equal(model.share, before.share)


def test_without_a_refit_the_validated_model_is_the_only_one(movielens, tmp_path):
    run = "movielens-mse"
    paths = train_alone(run, movielens.data, small_params(run), tmp_path)
    assert not paths.validated_weights(run).exists()
    model, graph, _ = load_model(paths.model(run))
    same, its_graph, _ = load_model(paths.model(run), validated=True)
    assert torch.equal(scores_of(model, graph), scores_of(same, its_graph))


def test_with_many_items_filters_come_back_too(imdb, tmp_path, monkeypatch):
    monkeypatch.setattr("graphrec.filters.ranking.MOST_ITEMS", 1)
    run = "imdb-base"
    paths = train_alone(run, imdb.data, small_params(run), tmp_path)
    model, graph, _ = load_model(paths.model(run))
    assert {"walk", "low_pass"} < set(model.filters.names)
    assert torch.isfinite(scores_of(model, graph)).all()
