"""Two at once: repros, trainings, checkouts, a page; and file systems that know no locks."""

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from graphrec.config.errors import FileError
from graphrec.config.files import alone
from graphrec.config.paths import Paths
from graphrec.tracking import synchronise
from tests.kills import files_of
from tests.pipeline import all_runs, call, environment, git, mlflow_runs
from tests.servers import free_port
from tests.trained import leave_files

RUN, OTHER = "movielens-base", "imdb-base"
START_SECONDS = 120


def start(project: Path, *command: str) -> subprocess.Popen:
    """A command in a session of its own, so that what it starts can be halted with it."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", *command],
        cwd=project,
        env=environment(project),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@contextmanager
def halted(project: Path, *command: str) -> Iterator[None]:
    """A command that trains, halted in its first epoch; at the end it goes on and has to end well.

    So what is done meanwhile finds it at work, however slow the machine.
    """
    process = start(project, *command)
    told = ""
    for line in process.stdout:
        told += line
        if line.startswith("epoch 1 "):
            break
    assert "epoch 1 " in told, told
    os.killpg(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGCONT)
        rest, _ = process.communicate()
    assert process.returncode == 0, told + rest


def refused(project: Path, *command: str) -> str:
    process = start(project, *command)
    told, _ = process.communicate()
    assert process.returncode != 0, told
    assert "Traceback" not in told
    return told


def set_param(project: Path, run: str, name: str, value: object) -> None:
    tree = yaml.safe_load((project / "params.yaml").read_text())
    tree["runs"][run][name] = value
    (project / "params.yaml").write_text(yaml.safe_dump(tree, sort_keys=False))


def test_a_second_training_of_a_run_is_refused_and_the_first_ends_as_if_alone(project):
    expected = files_of(project / "models" / RUN)
    before = len(all_runs(project))
    with halted(project, "stages.train", RUN):
        told = refused(project, "stages.train", RUN)
        assert f"train: expected one process that trains {RUN}, got another" in told
        assert "wait until it ends" in told
    assert files_of(project / "models" / RUN) == expected
    assert len(all_runs(project)) == before  # no failure was recorded, either


def test_a_second_repro_is_refused_by_dvc_and_the_first_ends_well(project):
    repro = ("dvc", "repro", "--force", "--single-item", f"train@{RUN}")
    with halted(project, *repro):
        told = refused(project, *repro)
        assert "is busy" in told or "Unable to acquire lock" in told
    assert "up to date" in call(project, "dvc", "status", f"train@{RUN}")


def get(url: str, body: dict | None = None) -> str:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def test_a_repro_while_the_page_is_read_is_seen_there(project):
    port = free_port()
    page = start(project, "graphrec.tracking.page", str(port))
    try:
        assert f":{port} " in page.stdout.readline()
        until = time.monotonic() + START_SECONDS
        url = f"http://127.0.0.1:{port}/ajax-api/2.0/mlflow"
        while True:
            try:
                get(f"http://127.0.0.1:{port}/health")
                break
            except OSError:
                assert time.monotonic() < until, "the page does not answer"
                time.sleep(0.2)
        named = json.loads(get(f"{url}/experiments/get-by-name?experiment_name=graphrec"))
        asked = {"experiment_ids": [named["experiment"]["experiment_id"]]}
        before = {run.info.run_id for run in mlflow_runs(project)}
        set_param(project, OTHER, "layers", 3)
        repro = start(project, "dvc", "repro", "--single-item", f"train@{OTHER}")
        while repro.poll() is None:
            assert json.loads(get(f"{url}/runs/search", asked))["runs"]
        told, _ = repro.communicate()
        assert repro.returncode == 0, told
        assert "is not in MLflow" not in told
        shown = {
            run["info"]["run_id"] for run in json.loads(get(f"{url}/runs/search", asked))["runs"]
        }
        assert len(shown - before) == 1
    finally:
        os.killpg(page.pid, signal.SIGKILL)
        page.communicate()


def test_two_checkouts_share_a_cache(project, tmp_path):
    clones = [tmp_path / name for name in ("one", "other")]
    for clone in clones:
        git(tmp_path, "clone", "--quiet", str(project), str(clone))
        call(clone, "dvc", "cache", "dir", "--local", str(project / ".dvc" / "cache"))
        set_param(clone, RUN, "layers", 3)
    commands = [("checkout",), ("repro", "--single-item", f"train@{RUN}")]
    for command in commands:
        processes = [start(clone, "dvc", *command) for clone in clones]
        told = [process.communicate()[0] for process in processes]
        assert [process.returncode for process in processes] == [0, 0], told
    one, other = (files_of(clone / "models" / RUN) for clone in clones)
    assert one == other
    for clone in clones:
        assert "up to date" in call(clone, "dvc", "status", f"train@{RUN}")


def test_a_lock_is_held_by_one_and_falls_with_its_block(tmp_path):
    lock = Paths(tmp_path).lock(RUN)
    for _ in range(2):
        with alone(lock, "trains it"):
            with pytest.raises(FileError, match="got another"), alone(lock, "trains it"):
                pass
            with alone(Paths(tmp_path).lock(OTHER), "trains the other"):
                pass


@pytest.fixture
def no_locks(monkeypatch):
    """A file system that refuses locks with a chosen error."""

    def refuse(number: int) -> None:
        def flock(*_: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(fcntl, "flock", flock)

    return refuse


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_where_nothing_can_be_locked_training_goes_on(tmp_path, no_locks, number):
    no_locks(number)
    done = []
    with alone(Paths(tmp_path).lock(RUN), "trains it"):
        done.append("trained")
    assert done == ["trained"]


@pytest.fixture
def left(tmp_path, monkeypatch) -> Paths:
    """A trained run whose store is not made yet."""
    for name in ("MLFLOW_TRACKING_URI", "DVC_ROOT", "DVC_EXP_NAME", "DVC_STAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    leave_files(RUN, Paths())
    return Paths()


def test_a_store_that_cannot_be_locked_is_said_and_costs_nothing_else(left, no_locks, capsys):
    no_locks(errno.ENOLCK)
    synchronise([RUN], left)
    told = capsys.readouterr().err
    assert f"warning: {RUN} is not in MLflow" in told
    assert os.strerror(errno.ENOLCK) in told


@pytest.mark.filterwarnings("ignore:flock not supported")
def test_a_store_is_guarded_by_a_file_where_there_is_no_flock(left, no_locks, capsys):
    no_locks(errno.ENOSYS)
    synchronise([RUN], left)
    assert "is not in MLflow" not in capsys.readouterr().err
    assert len(mlflow_runs(Path())) == 1
