"""The whole pipeline on tiny archives, in a copy of the project, with DVC and MLflow themselves."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from graphrec.tracking import CONTENT, Tracker

PROJECT = Path(__file__).parent.parent
COPIED = (
    "graphrec",
    "stages",
    "params.yaml",
    "dvc.yaml",
    ".dvcignore",
    "README.md",
    "reports/study.md",
)
RUNS = ("movielens-base", "imdb-base")


def call(project: Path, *command: str, **variables: str) -> str:
    """What a command prints, in `project`; it has to end well."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *command],
        cwd=project,
        env=environment(project) | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def environment(project: Path) -> dict[str, str]:
    foreign = ("DVC_", "MLFLOW_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return inherited | {"DATA_MIRROR": str(project / "mirror"), "PATH": binaries}


def git(project: Path, *command: str) -> None:
    author = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    subprocess.run(["git", *author, *command], cwd=project, check=True, capture_output=True)


def stages_run(output: str) -> list[str]:
    """Names of the stages that DVC says it has run."""
    return [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")]


def mlflow_runs(project: Path, store: str = "mlflow.db") -> list:
    """The runs of trained models, without the parents that group them."""
    tracker = Tracker(f"sqlite:///{project / store}")
    found = tracker.client.search_runs([tracker.experiment])
    return [run for run in found if CONTENT in run.data.tags]


@pytest.fixture(scope="module")
def project(published, tmp_path_factory) -> Path:
    """A copy of the project with tiny archives, three runs, two epochs; its pipeline has run."""
    root = tmp_path_factory.mktemp("project")
    for name in COPIED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (root / name).parent.mkdir(exist_ok=True)
            shutil.copy(source, root / name)
    shutil.copytree(published.folder, root / "mirror")
    shutil.copy(published.checksums, root / "graphrec" / "SHA256SUMS")
    params = yaml.safe_load((root / "params.yaml").read_text())
    params["runs"] = {name: params["runs"][name] for name in RUNS}
    params["train"]["epochs"] = 2
    (root / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))
    (root / ".gitignore").write_text("/mlflow.db*\n/mlartifacts/\n/mirror/\n__pycache__/\n")
    git(root, "init", "--quiet")
    call(root, "dvc", "init", "--quiet")
    call(root, "dvc", "repro")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "pipeline")
    return root


def test_leaves_every_run_in_metrics_and_in_mlflow(project):
    tree = json.loads((project / "reports" / "metrics.json").read_text())
    assert set(tree["runs"]) == set(RUNS)
    for values in tree["runs"].values():
        assert {"test_loss", "mse", "log_error", "ndcg_at_10"} <= set(values["test"])
    found = {run.data.tags["run"]: run for run in mlflow_runs(project)}
    assert set(found) == set(RUNS)
    for name, run in found.items():
        assert run.info.status == "FINISHED"
        assert run.data.metrics["test/mse"] == tree["runs"][name]["test"]["mse"]
        assert run.data.params["train.epochs"] == "2"


def test_writes_the_results_into_the_readme(project):
    readme = (project / "README.md").read_text()
    assert "| imdb-base |" in readme
    assert readme.count("<!-- results") == 1


def test_a_second_call_runs_nothing(project):
    assert stages_run(call(project, "dvc", "repro")) == []


def test_the_same_seed_gives_the_same_bytes(project):
    before = (project / "dvc.lock").read_bytes()
    again = (
        "preprocess@imdb",
        "filter@movielens",
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
    expected = ["train@movielens-base", "evaluate@movielens-base", "report"]
    assert stages_run(output) == expected
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
