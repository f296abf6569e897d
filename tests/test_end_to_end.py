"""The whole pipeline on tiny archives, in a copy of the project, with DVC and MLflow themselves."""

import json
import subprocess
import sys

import pytest

from graphrec.tracking import CONTENT
from tests.pipeline import RUNS, call, environment, mlflow_runs, stages_run

# One project's story: a new one for each test would train for minutes.
pytestmark = pytest.mark.random_order(disabled=True)


def test_leaves_every_run_in_metrics_and_in_mlflow(project):
    tree = json.loads((project / "reports" / "metrics.json").read_text())
    assert set(tree) == set(RUNS)
    for values in tree.values():
        assert {"loss", "mse", "log_error", "ndcg_at_10"} <= set(values["test"])
    found = {run.data.tags["run"]: run for run in mlflow_runs(project)}
    assert set(found) == set(RUNS)
    for name, run in found.items():
        assert run.info.status == "FINISHED"
        assert round(run.data.metrics["test_mse"], 4) == tree[name]["test"]["mse"]
        assert run.data.params["train.epochs"] == "2"


def test_a_second_call_runs_nothing(project):
    assert stages_run(call(project, "dvc", "repro")) == []


def test_the_same_seed_gives_the_same_bytes(project):
    before = (project / "dvc.lock").read_bytes()
    again = (
        "preprocess@imdb",
        "explore@imdb",
        *(f"train@{run}" for run in RUNS),
    )
    output = call(project, "dvc", "repro", "--force", "--single-item", *again)
    assert set(stages_run(output)) == set(again)
    assert (project / "dvc.lock").read_bytes() == before
    assert len(mlflow_runs(project)) == len(RUNS)  # found by their content: nothing is doubled


def test_an_experiment_reruns_what_it_changes_alone(project):
    changed = "runs.movielens-base.layers=4"
    output = call(project, "dvc", "exp", "run", "--name", "deeper", "--set-param", changed)
    run_again = {"train@movielens-base", "evaluate@movielens-base", "report"}
    assert set(stages_run(output)) == run_again | {"curves@movielens", "curves@imdb"}
    (added,) = (run for run in mlflow_runs(project) if "dvc_experiment" in run.data.tags)
    assert added.data.tags["dvc_experiment"] == "deeper"
    assert added.data.params["run.layers"] == "4"
    assert "reports/metrics.json" in call(project, "dvc", "metrics", "diff")


def test_a_lost_store_comes_back(project):
    before = {run.data.tags[CONTENT]: run.data.metrics for run in mlflow_runs(project)}
    for _ in range(2):  # the second time nothing is added
        call(project, "stages.sync", MLFLOW_TRACKING_URI=f"sqlite:///{project / 'new.db'}")
    after = {run.data.tags[CONTENT]: run.data.metrics for run in mlflow_runs(project, "new.db")}
    assert len(after) == len(RUNS)
    assert all(before[content] == metrics for content, metrics in after.items())


def test_a_wrong_parameter_stops_before_any_work(project):
    done = subprocess.run(
        [sys.executable, "-m", "stages.train", "movielens-bse"],
        cwd=project,
        env=environment(project),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "known runs: movielens-base, imdb-base" in done.stderr


def test_an_experiment_leaves_what_a_person_has_edited_alone(project):
    readme = project / "README.md"
    readme.write_text(readme.read_text() + "A person's own words.\n")
    edited = readme.read_bytes()
    changed = ("--name", "aside", "--set-param", "runs.imdb-base.layers=1")
    call(project, "dvc", "exp", "run", *changed)
    assert readme.read_bytes() == edited
    call(project, "dvc", "exp", "apply", "aside")
    assert readme.read_bytes() == edited
