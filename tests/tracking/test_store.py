"""Several writers at once, writers that were killed, stores that are away: nothing is lost."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from graphrec.config.content import content_key
from graphrec.config.paths import Paths
from graphrec.tracking import CONTENT, Tracker, synchronise, tracking_uri
from tests.trained import leave_files, runs_of


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


RECORDING = """
import sys
from graphrec.config.paths import Paths
from graphrec.tracking import Tracker
for run in sys.argv[2:]:
    print(Tracker().record(run, Paths(__import__("pathlib").Path(sys.argv[1]))))
"""


def test_processes_that_make_and_fill_a_store_at_once_lose_and_double_nothing(tmp_path):
    """Without turns two of them migrate the same new SQLite file, and both find nothing there."""
    paths, shared = Paths(tmp_path), [f"shared-{number}" for number in range(2)]
    own = [f"own-{number}" for number in range(4)]
    for run in (*shared, *own):
        leave_files(run, paths)
    leftovers = {"MLFLOW_RUN_ID": "0" * 32, "MLFLOW_EXPERIMENT_ID": "77"}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", RECORDING, str(tmp_path), *shared, run],
            env={**without_tools(), **leftovers, "DVC_ROOT": str(tmp_path / "store")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for run in own
    ]
    (tmp_path / "store").mkdir()
    told = [writer.communicate() for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 4, told
    assert "locked" not in str(told)
    assert len({out.split()[0] for out, _ in told}) == 1  # all found the same run
    tracker = Tracker(f"sqlite:///{tmp_path / 'store' / 'mlflow.db'}")
    runs = tracker.client.search_runs([tracker.experiment], f"tags.`{CONTENT}` != ''")
    assert sorted(run.data.tags["run"] for run in runs) == sorted([*shared, *own])
    assert len(tracker.client.search_runs([tracker.experiment])) == len(runs)


def without_tools() -> dict[str, str]:
    foreign = ("DVC_", "MLFLOW_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return inherited | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONWARNINGS": "ignore"}


def test_a_torso_of_a_writer_that_was_killed_is_replaced(tracker, paths, run, monkeypatch):
    leave_files(run, paths)
    with monkeypatch.context() as patch:
        patch.setattr(type(tracker.client), "log_artifacts", raising(OSError("no space")))
        with pytest.raises(OSError, match="no space"):
            tracker.record(run, paths)
    torso = runs_of(tracker, run)[0].info.run_id
    whole = tracker.record(run, paths)
    assert whole != torso
    assert [found.info.run_id for found in runs_of(tracker, run)] == [whole]


def raising(error: Exception):
    def fail(*_, **__):
        raise error

    return fail


def test_what_another_machine_added_at_the_same_moment_is_removed(tracker, paths, run):
    leave_files(run, paths)
    first = tracker.record(run, paths)
    tags = {CONTENT: content_key(run, paths), "run": run}
    twin = tracker.client.create_run(tracker.experiment, tags=tags).info.run_id
    tracker.client.set_terminated(twin)
    run_id = tracker.record(run, paths)
    assert run_id == min(first, twin)
    assert [left.info.run_id for left in runs_of(tracker, run)] == [run_id]
