"""Every way of running a DVC experiment lands in one MLflow store, whole and once."""

import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from graphrec.tracking import CONTENT
from graphrec.tracking.tracker import CURRENT
from tests.pipeline import (
    RUNS,
    all_runs,
    call,
    environment,
    experiments_of,
    git,
    mlflow_runs,
    stages_run,
)

# One project's story: a new one for each test would train for minutes.
pytestmark = pytest.mark.random_order(disabled=True)
LEFTOVERS = {
    "MLFLOW_RUN_ID": "0123456789abcdef0123456789abcdef",
    "MLFLOW_EXPERIMENT_ID": "77",
    "MLFLOW_EXPERIMENT_NAME": "somebody-else-s",
    "MLFLOW_REGISTRY_URI": "sqlite:////nowhere/registry.db",
}
QUEUE_SECONDS = 900


def exp_run(project: Path, *options: str, **variables: str) -> str:
    return call(project, "dvc", "exp", "run", *options, **variables)


def work_off(project: Path, jobs: int) -> None:
    """Let that many workers empty the queue; every task has to end well."""
    # The workers outlive the command and would hold a pipe open: their output goes nowhere.
    subprocess.run(
        [sys.executable, "-m", "dvc", "queue", "start", "--jobs", str(jobs)],
        cwd=project,
        env=environment(project) | LEFTOVERS,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + QUEUE_SECONDS
    while "Queued" in (status := call(project, "dvc", "queue", "status")) or "Running" in status:
        assert time.monotonic() < until, status
        time.sleep(2)
    call(project, "dvc", "queue", "stop")
    if "Failed" in status:
        names = [line.split()[1] for line in status.splitlines() if "Failed" in line]
        pytest.fail("\n".join(call(project, "dvc", "queue", "logs", name) for name in names))


def names_in(project: Path, commit: str) -> dict[str, str]:
    """MLflow run names, by run, that an experiment's metrics speak of."""
    tree = json.loads(git(project, "show", f"{commit}:reports/metrics.json"))
    return {run: values["mlflow_run"] for run, values in tree.items()}


def in_store(project: Path, store: str = "mlflow.db") -> dict[str, dict]:
    """Metrics by run name; nothing is there twice, and every run is whole."""
    runs = mlflow_runs(project, store)
    assert max(Counter(run.data.tags[CONTENT] for run in runs).values()) == 1
    assert {run.info.status for run in all_runs(project, store)} == {"FINISHED"}
    return {run.info.run_name: run.data.metrics for run in runs}


def test_a_queue_with_two_workers_and_an_empty_store_loses_and_doubles_nothing(project):
    """Two factors, four experiments; with another run's variables in the environment."""
    for path in project.glob("mlflow.db*"):
        path.unlink()
    factors = ("runs.movielens-base.layers=3,4", "runs.movielens-base.risk=total,mse")
    options = [part for factor in factors for part in ("--set-param", factor)]
    exp_run(project, "--queue", "--name", "grid", *options)
    work_off(project, 2)

    found = experiments_of(project)
    assert sorted(found) == ["grid-1", "grid-2", "grid-3", "grid-4"]
    spoken_of = [names_in(project, commit) for commit in found.values()]
    assert len({names["movielens-base"] for names in spoken_of}) == 4
    assert set(in_store(project)) == {name for names in spoken_of for name in names.values()}
    for name, commit in found.items():
        run_name = names_in(project, commit)["movielens-base"]
        (run,) = (run for run in mlflow_runs(project) if run.info.run_name == run_name)
        head = git(project, "rev-parse", "HEAD")
        assert run.data.tags["dvc_experiment"] == name
        assert run.data.tags["dvc_baseline"] == head
        assert run.data.tags.keys() >= {"git_commit", "data_hash", "params_hash", "code_hash"}
        assert run.data.tags["dvc_stage"] == "train@movielens-base"
        assert run.data.tags["trained_in"] == name
        assert "mlflow.parentRunId" not in run.data.tags
        assert CURRENT not in run.data.tags  # its files are in no workspace
    shown = call(project, "dvc", "exp", "show", "--csv")
    assert all(name in shown for names in spoken_of for name in names.values())


def test_an_experiment_in_a_temporary_folder_lands_in_the_store_too(project):
    before = set(in_store(project))
    options = ("--temp", "--name", "aside", "--set-param", "runs.imdb-base.layers=3")
    exp_run(project, *options, **LEFTOVERS)
    names = names_in(project, experiments_of(project)["aside"])
    assert names["imdb-base"] not in before
    assert set(in_store(project)) == before | set(names.values())
    assert git(project, "status", "--porcelain", "params.yaml") == ""


def test_a_lost_store_comes_back_with_the_runs_of_all_experiments(project):
    """Their folders are gone, but DVC has their files."""
    before = in_store(project)
    new = {"MLFLOW_TRACKING_URI": f"sqlite:///{project / 'mlflow.db.new'}"}
    call(project, "stages.sync", **new)
    after = in_store(project, "mlflow.db.new")
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) <= set(names_in(project, "HEAD").values())
    counts = count_rows(project / "mlflow.db.new")
    assert "added" not in call(project, "stages.sync", **new)
    assert count_rows(project / "mlflow.db.new") == counts
    for name, commit in experiments_of(project).items():
        run_name = names_in(project, commit)["movielens-base" if "grid" in name else "imdb-base"]
        runs = mlflow_runs(project, "mlflow.db.new")
        (run,) = (run for run in runs if run.info.run_name == run_name)
        assert run.data.tags["dvc_experiment"] == name
        assert run.data.tags.keys() >= {"data_hash", "params_hash", "code_hash"}


def count_rows(database: Path) -> dict[str, int]:
    with closing(sqlite3.connect(database)) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("runs", "metrics", "latest_metrics", "params", "tags", "experiments")
        }


def test_back_to_earlier_parameters_the_earlier_run_is_current_again(project):
    """DVC restores the files and trains nothing; the two commands are what `make repro` calls."""
    call(project, "stages.sync")
    first = current_runs(project)
    assert set(first) == set(RUNS)
    params = (project / "params.yaml").read_text()
    tree = yaml.safe_load(params)
    tree["runs"]["imdb-base"]["layers"] = 4
    (project / "params.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))
    assert "train@imdb-base" in stages_run(call(project, "dvc", "repro"))
    second = current_runs(project)
    assert second["movielens-base"] == first["movielens-base"]
    assert second["imdb-base"] != first["imdb-base"]
    count = len(mlflow_runs(project))
    (project / "params.yaml").write_text(params)
    assert set(stages_run(call(project, "dvc", "repro"))) <= {"report"}
    call(project, "stages.sync")
    assert current_runs(project) == first
    assert len(mlflow_runs(project)) == count


def current_runs(project: Path) -> dict[str, str]:
    """Name in MLflow of the current run, by run; there is one of each."""
    marked = [run for run in mlflow_runs(project) if run.data.tags.get(CURRENT) == "true"]
    assert max(Counter(run.data.tags["run"] for run in marked).values()) == 1
    return {run.data.tags["run"]: run.info.run_name for run in marked}


def test_a_second_clone_pulls_instead_of_training_and_shows_the_same_runs(project, tmp_path):
    git(project, "checkout", "--quiet", "--", ".")
    call(project, "dvc", "checkout")
    call(project, "dvc", "remote", "add", "--local", "--default", "shelf", str(tmp_path / "shelf"))
    call(project, "dvc", "push", "--run-cache")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(project), str(clone))
    call(clone, "dvc", "remote", "add", "--local", "--default", "shelf", str(tmp_path / "shelf"))
    call(clone, "dvc", "pull")
    output = call(clone, "dvc", "repro")
    assert stages_run(output) == []
    call(clone, "stages.sync")
    expected = set(names_in(project, "HEAD").values())
    theirs = {name: metrics for name, metrics in in_store(project).items() if name in expected}
    assert in_store(clone) == theirs


def test_the_table_is_sorted_by_validation_and_shows_no_test_value(project):
    output = call(project, "stages.compare", "mse")
    rows = [line.split(" | ") for line in output.splitlines() if line.startswith("| movielens")]
    values = [float(row[1]) for row in rows]
    assert len(values) >= 5
    assert values == sorted(values)
    assert "test" not in output
    assert any("grid-1" in row[-1] for row in rows)


def test_promoting_twice_makes_one_version(project):
    told = [call(project, "stages.promote", **LEFTOVERS) for _ in range(2)]
    assert told[0] == told[1]
    assert "graphrec-movielens version 1" in told[0]
    assert "baselines" in told[0]
