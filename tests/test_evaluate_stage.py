"""The evaluate stage on what the train stage left, without DVC around them."""

import json

import pytest
import yaml

from graphrec.config.content import content_key
from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.data.storage import save_dataset, save_held_out
from graphrec.evaluation.results import evaluate_test, evaluate_valid, protocol_of, risk_of
from graphrec.models.saved import load_model
from graphrec.models.trained import TrainedModel
from stages import evaluate
from stages.train import train
from tests.faults import TREE, change


@pytest.fixture
def finished(name, prepared, tmp_path, monkeypatch):
    """A function that trains a run, with some keys changed, and evaluates it."""
    monkeypatch.chdir(tmp_path)
    paths, run = Paths(), f"{name}-base"

    def finish(**changes) -> dict:
        tree = change(("runs", run), TREE["runs"][run] | changes)
        tree["train"]["epochs"], tree["threads"] = 2, 1
        (tmp_path / "params.yaml").write_text(yaml.safe_dump(tree))
        save_dataset(paths.training(name), prepared.data)
        save_held_out(paths.test(name), prepared.test)
        train(run, load_params(), paths)
        paths.training(name).unlink()  # the model's own folder has to be enough
        evaluate.main(run)
        return json.loads((paths.evaluation(run) / "evaluation.json").read_text())

    return run, paths, finish


@pytest.mark.parametrize("model", ["ngcf_final", "lightgcn"])
def test_both_parts_are_measured_with_the_model_that_was_trained(finished, prepared, model):
    run, paths, finish = finished
    tree = finish(model=model)
    params = load_params()
    loaded, graph, data = load_model(paths.model(run))
    about = protocol_of(params, data), risk_of(params.runs[run], params)
    trained = TrainedModel(loaded, graph)
    expected = evaluate_test(trained, data, prepared.test, *about).values
    assert tree["test"] == pytest.approx(expected)
    assert tree["valid"] == pytest.approx(evaluate_valid(trained, data, *about).values)
    assert set(tree["test_standard_error"]) <= set(tree["test"])
    assert tree["content"] == content_key(run, paths)
    assert tree["refit"] is False
    assert len(tree["mean_cosine"]) == (3 if model == "ngcf_final" else 0)


def test_of_a_refitted_run_validation_is_of_the_model_that_has_not_seen_it(finished, prepared):
    run, paths, finish = finished
    tree = finish(refit=True)
    assert tree["refit"] is True
    params = load_params()
    before, graph, data = load_model(paths.model(run), validated=True)
    assert len(data.train) == len(prepared.data.train)
    about = protocol_of(params, data), risk_of(params.runs[run], params)
    expected = evaluate_valid(TrainedModel(before, graph), data, *about).values
    assert tree["valid"] == pytest.approx(expected)
    refitted, graph, both = load_model(paths.model(run))
    assert len(both.train) == len(data.train) + len(data.valid)
    expected = evaluate_test(TrainedModel(refitted, graph), both, prepared.test, *about).values
    assert tree["test"] == pytest.approx(expected)
