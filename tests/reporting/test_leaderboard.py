"""The table of all runs: sorted by validation, one row a run, the settings that differ."""

import pytest

from graphrec.reporting.leaderboard import collect_rows, table


def source(name: str, layers: int, rate: float, mse: float) -> tuple[str, dict, dict]:
    own = {"dataset": "imdb", "model": "ngcf", "layers": layers}
    params = {
        "seed": 1,
        "train": {"learning_rate": rate},
        "imdb": {"ngcf": {"dim": 8}, "ngcf_final": {"dim": layers}},
        "runs": {"imdb-base": own, "imdb-same": own | {"layers": 2}},
    }
    valid = {"mse": mse, "ndcg_at_10": 1 - mse}
    changed = {"mlflow_run": f"imdb-base-{layers}", "valid": valid, "test": {"mse": 7.5}}
    same = {"mlflow_run": "imdb-same-2", "valid": {"mse": 0.5, "ndcg_at_10": 0.5}}
    return name, params, {"runs": {"imdb-base": changed, "imdb-same": same}}


SOURCES = [source("workspace", 2, 0.1, 0.6), source("deep", 4, 0.1, 0.4)]


@pytest.mark.parametrize("by", ["mse", "ndcg_at_10"])
def test_best_on_validation_comes_first_and_shared_runs_come_once(by):
    lines = table(collect_rows(SOURCES), "imdb", by).splitlines()
    names = [line.split(" | ")[0].strip("| ") for line in lines[2:]]
    assert names == ["imdb-base-4", "imdb-same-2", "imdb-base-2"]
    assert lines[3].endswith("| workspace, deep |")
    assert "7.5" not in "".join(lines)


def test_settings_that_do_not_differ_are_not_shown():
    header = table(collect_rows(SOURCES), "imdb", "mse").splitlines()[0]
    assert "layers" in header
    assert "learning_rate" not in header
    assert "dim" not in header


def test_metrics_of_a_time_without_names_in_mlflow_are_left_out():
    name, params, metrics = source("old", 2, 0.1, 0.6)
    del metrics["runs"]["imdb-base"]["mlflow_run"]
    assert [row["mlflow_run"] for row in collect_rows([(name, params, metrics)])] == ["imdb-same-2"]


def test_an_unknown_measure_is_refused():
    with pytest.raises(ValueError, match="mse or ndcg_at_10, got 'test_loss'"):
        table([], "imdb", "test_loss")
