"""What a run's training depends on: everything, flat, and nothing that it does not."""

import pytest

from graphrec.config.params import ParamsError, check_params
from graphrec.config.settings import MODELS, flatten, run_settings, study_key
from tests.faults import PARAMS, TREE, change


@pytest.mark.parametrize("name", TREE["runs"])
def test_run_settings_are_flat_and_the_run_s_own(name):
    run, settings = TREE["runs"][name], run_settings(PARAMS, name)
    assert all(isinstance(value, str | int | float | bool) for value in settings.values())
    assert settings["seed"] == TREE["seed"]
    assert {key: settings[f"run.{key}"] for key in run} == run
    hyperparameters = TREE["hyperparameters"][run["hyperparameters"]]
    assert settings["hyperparameters.batch_size"] == hyperparameters["batch_size"]
    assert (
        settings["dataset.split.strategy"] == TREE["datasets"][run["dataset"]]["split"]["strategy"]
    )


def test_runs_that_differ_have_different_settings():
    settings = [tuple(run_settings(PARAMS, name).items()) for name in TREE["runs"]]
    assert len(set(settings)) == len(settings)


@pytest.mark.parametrize("model", MODELS)
def test_settings_of_other_models_are_left_out(model):
    params = check_params(change(("runs", "movielens-base", "model"), model))
    settings = run_settings(params, "movielens-base")
    sections = {key.split(".")[1] for key in settings if key.startswith("hyperparameters.")}
    assert sections & set(MODELS) == {model}
    assert any(key.startswith("filters.") for key in settings) == (model == "ngcf_final")


def test_filters_are_those_of_the_kind_of_feedback():
    """Both kinds are ranked, ratings alone are rated."""
    ratings, events = (run_settings(PARAMS, f"{name}-base") for name in ("movielens", "imdb"))
    assert "filters.ranking.dropout" in ratings
    assert "filters.ranking.dropout" in events
    assert "filters.rating.noise_variance" in ratings
    assert not any(key.startswith("filters.rating") for key in events)


def test_how_a_run_is_trained_is_among_its_settings():
    settings = run_settings(PARAMS, "imdb-base")
    expected = PARAMS.hyperparameters["attributes"]
    assert settings["hyperparameters.learning_rate"] == expected.learning_rate
    assert settings["hyperparameters.monitor"] == expected.monitor
    assert settings["run.refit"] is False


def test_an_unknown_run_is_told():
    with pytest.raises(ParamsError, match="known runs: movielens-base"):
        run_settings(PARAMS, "movielens-bse")


def test_a_list_is_its_text_and_nothing_has_no_key():
    tree = {"a": {"b": [1, 2], "c": None}, "d": False}
    assert dict(flatten(tree)) == {"a.b": "[1, 2]", "d": False}


def test_the_study_s_key_is_of_what_models_are_made_with():
    key = study_key(PARAMS)
    assert len(key) == 8
    assert study_key(check_params(change(("train", "epochs"), 3))) != key
    assert study_key(check_params(change(("filters", "ranking", "dropout"), 0.1))) != key
    assert study_key(check_params(change(("runs", "imdb-base", "layers"), 3))) == key
    assert study_key(check_params(change(("train", "workers"), 2))) == key
    assert study_key(check_params(change(("archives", "imdb", "folder"), "other"))) == key
