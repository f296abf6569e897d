"""MLflow shows what the stages have written: against a real store in SQLite."""

import socket

import pytest

from graphrec.content import content_key, mlflow_name
from graphrec.paths import Paths
from graphrec.tracking import CONTENT, Tracker, recorded, synchronise, tracking_uri
from tests.trained import COLUMNS, EPOCHS, SETTINGS, leave_evaluation, leave_files, value_of


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> str:
    """One store for the module: to make its tables takes seconds."""
    root = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(root))
        uri = f"sqlite:///{root / 'mlflow.db'}"
        Tracker(uri)
    return uri


@pytest.fixture
def tracker(store, tmp_path, monkeypatch) -> Tracker:
    monkeypatch.chdir(tmp_path)
    for name in ("DVC_ROOT", "DVC_EXP_NAME", "DVC_EXP_BASELINE_REV", "DVC_STAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    return Tracker()


@pytest.fixture
def run(request) -> str:
    """A run name of the test's own, since the tests share a store."""
    return "run-" + request.node.name.replace("_", "-").replace("[", "-").strip("]").lower()


@pytest.fixture
def paths(tmp_path) -> Paths:
    return Paths(tmp_path / "project")


def runs_of(tracker: Tracker, run: str) -> list:
    return tracker.client.search_runs([tracker.experiment], f"tags.run = '{run}'")


def test_a_run_bears_parameters_curves_artifacts_and_tags(tracker, paths, run):
    leave_files(run, paths)
    run_id = tracker.record(run, paths)
    found = tracker.client.get_run(run_id)
    assert found.info.status == "FINISHED"
    assert found.info.run_name == mlflow_name(run, content_key(run, paths))
    assert found.data.params == {key: str(value) for key, value in SETTINGS.items()}
    for column in COLUMNS:
        history = tracker.client.get_metric_history(run_id, f"epochs/{column}")
        expected = [(epoch, value_of(column, epoch)) for epoch in range(1, EPOCHS + 1)]
        assert sorted((point.step, point.value) for point in history) == expected
    assert found.data.metrics["best_epoch"] == 2
    artifacts = {entry.path for entry in tracker.client.list_artifacts(run_id)}
    assert artifacts == {"weights.safetensors", "curves.csv", "settings.json", "errors.png"}
    tags = {"run": run, "dataset": "imdb", "dvc_stage": f"train@{run}"}
    assert found.data.tags.items() >= (tags | {CONTENT: content_key(run, paths)}).items()


def test_recording_twice_adds_nothing(tracker, paths, run):
    leave_files(run, paths)
    first = tracker.record(run, paths)
    assert Tracker().record(run, paths) == first
    assert len(runs_of(tracker, run)) == 1
    assert len(tracker.client.get_metric_history(first, "epochs/train_mse")) == EPOCHS


def test_test_measures_are_added_to_the_same_run_and_once(tracker, paths, run):
    leave_files(run, paths)
    run_id = tracker.record(run, paths)
    assert not [name for name in tracker.client.get_run(run_id).data.metrics if "test" in name]
    leave_evaluation(run, paths, mse=0.25, ndcg_at_10=0.125)
    for _ in range(2):
        assert tracker.record(run, paths) == run_id
    metrics = tracker.client.get_run(run_id).data.metrics
    assert (metrics["test/mse"], metrics["test/ndcg_at_10"]) == (0.25, 0.125)
    assert len(tracker.client.get_metric_history(run_id, "test/mse")) == 1


def test_measures_of_an_earlier_training_are_not_added(tracker, paths, run):
    leave_files(run, paths)
    leave_evaluation(run, paths, mse=0.25)
    leave_files(run, paths, weight=2.0)
    run_id = tracker.record(run, paths)
    assert "test/mse" not in tracker.client.get_run(run_id).data.metrics


def test_other_weights_make_a_new_run(tracker, paths, run):
    leave_files(run, paths)
    first = tracker.record(run, paths)
    leave_files(run, paths, weight=2.0)
    assert tracker.record(run, paths) != first
    # Back to the first files, as after `dvc checkout`: the first run is found again.
    leave_files(run, paths)
    assert tracker.record(run, paths) == first
    assert len(runs_of(tracker, run)) == 2


def test_the_same_files_under_another_name_are_another_run(tracker, paths, run):
    other = f"{run}-too"
    for name in (run, other):
        leave_files(name, paths)
    assert tracker.record(run, paths) != tracker.record(other, paths)


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (ValueError("boom"), "FAILED", "ValueError: boom"),
        (KeyboardInterrupt(), "KILLED", "KeyboardInterrupt"),
    ],
    ids=["failed", "killed"],
)
def test_a_training_that_does_not_end_leaves_a_trace(tracker, paths, run, error, status, reason):
    with pytest.raises(type(error)), recorded(run, paths):
        raise error
    (found,) = runs_of(tracker, run)
    assert found.info.status == status
    assert reason in found.data.tags["mlflow.note.content"]
    assert CONTENT not in found.data.tags


def test_a_training_that_ends_is_recorded(tracker, paths, run):
    with recorded(run, paths):
        leave_files(run, paths)
    (found,) = runs_of(tracker, run)
    assert found.info.status == "FINISHED"


def dead_server() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("kind", ["folder", "database", "server", "scheme"])
def test_a_store_that_cannot_be_reached_only_warns(paths, run, kind, monkeypatch, capsys):
    """The training that has just ended must not be lost for want of a place to show it."""
    paths.root.mkdir()
    monkeypatch.chdir(paths.root)
    torn = paths.root / "torn.db"
    torn.write_text("this is no database\n" * 100)
    uri = {
        "folder": f"sqlite:///{torn}/mlflow.db",
        "database": f"sqlite:///{torn}",
        "server": dead_server(),
        "scheme": "nonsense://host",
    }[kind]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    leave_files(run, paths)
    before = sorted(paths.root.rglob("*"))
    synchronise([run], paths)
    told = capsys.readouterr().err
    assert f"warning: {run} is not in MLflow" in told
    assert uri in told
    lock = paths.root / "mlflow.db.lock"
    assert sorted({*paths.root.rglob("*")} - {lock}) == before


def test_without_a_uri_the_store_lies_in_the_main_project(monkeypatch, tmp_path):
    """A queued experiment runs in a copy of the project that is thrown away."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    assert tracking_uri() == f"sqlite:///{tmp_path.resolve() / 'mlflow.db'}"
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "main"))
    assert tracking_uri() == f"sqlite:///{tmp_path.resolve() / 'main' / 'mlflow.db'}"
