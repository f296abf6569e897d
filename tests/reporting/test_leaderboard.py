"""The table of all runs: sorted by validation, one row a run, the settings that differ."""

from copy import deepcopy

import pytest

from graphrec.reporting.leaderboard import collect_rows, settings_of, table
from tests.faults import TREE


def source(name: str, layers: int, rate: float, mse: float, k: int = 10):
    """Parameters and metrics of a time at which imdb-base was changed, and imdb-same was not."""
    own = {"dataset": "imdb", "model": "ngcf", "layers": layers, "hyperparameters": "implicit"}
    params = {
        "seed": 1,
        "train": {"epochs": 2},
        "datasets": {"imdb": {"ratings": None, "split": {"strategy": "one_per_item"}}},
        "hyperparameters": {
            "implicit": {
                "learning_rate": rate,
                "ngcf": {"embedding_dim": 8},
                "ngcf_final": {"weight": layers},
            }
        },
        "runs": {"imdb-base": own, "imdb-same": own | {"layers": 2}},
    }
    valid = {"loss": 0.0, "mse": mse, f"ndcg_at_{k}": 1 - mse}
    changed = {"mlflow_run": f"imdb-base-{layers}", "valid": valid, "test": {"mse": 7.5}}
    same = {"mlflow_run": "imdb-same-2", "valid": {"mse": 0.5, "ndcg_at_10": 0.5}}
    return name, params, {"imdb-base": changed, "imdb-same": same}


SOURCES = [source("workspace", 2, 0.1, 0.6), source("deep", 4, 0.1, 0.4)]


def first_column(text: str) -> list[str]:
    return [row.split(" | ")[0].strip("| ") for row in text.splitlines()[2:]]


@pytest.mark.parametrize("by", ["mse", "ndcg_at_10"])
def test_best_on_validation_comes_first_and_shared_runs_come_once(by):
    text = table(collect_rows(SOURCES), "imdb", by)
    assert first_column(text) == ["imdb-base-4", "imdb-same-2", "imdb-base-2"]
    assert text.splitlines()[3].endswith("| workspace, deep |")
    assert "7.5" not in text


def test_settings_that_do_not_differ_are_not_shown():
    header = table(collect_rows(SOURCES), "imdb", "mse").splitlines()[0]
    assert "layers" in header
    assert "learning_rate" not in header
    assert "weight" not in header  # of another model than the runs'


def test_lists_of_another_length_are_a_column_of_their_own_and_come_last():
    rows = collect_rows([*SOURCES, source("short", 3, 0.1, 0.1, k=5)])
    text = table(rows, "imdb", "ndcg_at_10")
    assert first_column(text)[-1] == "imdb-base-3"
    assert "valid mse | valid ndcg_at_10 | valid ndcg_at_5" in text
    assert "| imdb-base-3 | 0.1000 |  | 0.9000 |" in text
    assert first_column(table(rows, "imdb", "ndcg_at_5"))[0] == "imdb-base-3"


def test_metrics_of_a_time_without_names_in_mlflow_are_left_out():
    name, params, metrics = source("old", 2, 0.1, 0.6)
    del metrics["imdb-base"]["mlflow_run"]
    assert [row["mlflow_run"] for row in collect_rows([(name, params, metrics)])] == ["imdb-same-2"]


def test_runs_that_are_no_more_in_the_parameters_are_left_out():
    name, params, metrics = source("old", 2, 0.1, 0.6)
    del params["runs"]["imdb-same"]
    assert [row["mlflow_run"] for row in collect_rows([(name, params, metrics)])] == ["imdb-base-2"]


def test_an_unknown_measure_is_refused():
    with pytest.raises(ValueError, match="mse or ndcg_at_10, got 'loss'"):
        table(collect_rows(SOURCES), "imdb", "loss")


@pytest.mark.parametrize(
    ("path", "run", "matters"),
    [
        (("filters", "rating", "noise_variance"), "movielens-base", True),
        (("filters", "rating", "noise_variance"), "imdb-base", False),
        (("filters", "ranking", "dropout"), "movielens-base", True),
        (("filters", "ranking", "dropout"), "imdb-base", True),
        (("hyperparameters", "attributes", "learning_rate"), "imdb-base", True),
        (("hyperparameters", "attributes", "monitor"), "imdb-base", True),
        (("runs", "imdb-base", "refit"), "imdb-base", True),
        (("hyperparameters", "attributes", "batch_size"), "imdb-base", True),
        (
            ("hyperparameters", "attributes", "ngcf_final", "ranking", "logit_scale"),
            "imdb-base",
            True,
        ),
        (("hyperparameters", "attributes", "ngcf", "embedding_dim"), "imdb-base", False),
        (("hyperparameters", "implicit", "batch_size"), "imdb-base", False),
        (("datasets", "imdb", "split", "test_fraction"), "imdb-base", True),
        (("datasets", "imdb", "split", "test_fraction"), "movielens-base", False),
        (("train", "epochs"), "imdb-base", True),
        (("evaluate", "n_resamples"), "imdb-base", False),
    ],
)
def test_settings_are_what_the_training_of_a_run_depends_on(path, run, matters):
    tree = deepcopy(TREE)
    section = tree
    for key in path[:-1]:
        section = section[key]
    section[path[-1]] = 0.123
    assert (settings_of(tree, run) != settings_of(TREE, run)) == matters


def test_parameters_of_any_age_are_taken():
    old = {"runs": {"imdb-base": {"dataset": "imdb", "layers": 2}}, "imdb": {"fold": "random"}}
    assert settings_of(old, "imdb-base") == {"dataset": "imdb", "layers": 2}
    old["runs"]["imdb-base"]["model"] = "ngcf_final"
    old["filters"] = {"explicit": {"dropout": 0.6}, "implicit": {"dropout": 0.5}}
    settings = settings_of(old, "imdb-base")
    assert settings["filters.implicit.dropout"] == 0.5
    assert not any(key.startswith("filters.explicit") for key in settings)
