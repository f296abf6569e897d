"""Stores that are away are found out in seconds, and named without what is secret."""

import socket
import time

import pytest

from graphrec.config.errors import FileError, StoreError
from graphrec.config.paths import Paths
from graphrec.tracking import Tracker, store_is_needed, synchronise
from graphrec.tracking.reach import without_password
from tests.trained import leave_files

SECRET = "s3cret"


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://me:{SECRET}@host:5432/db",
        f"postgresql://me:{SECRET}/@x@host/db",
        f"mysql+pymysql://me:{SECRET}@host/db?charset=utf8",
        f"https://me:{SECRET}@host/path",
        f"postgresql://host/db?user=me&password={SECRET}&sslmode=require",
        f"could not connect to 'postgresql://me:{SECRET}@host' (is it up?)",
        f"host=db password={SECRET} user=me",
    ],
)
def test_no_message_tells_a_password(address):
    shown = without_password(address)
    assert SECRET not in shown
    assert "host" in shown


def test_an_address_without_a_password_stays_as_it_is():
    for address in ("sqlite:////data/mlflow.db", "http://host:5000", "postgresql:///graphrec"):
        assert without_password(address) == address


@pytest.fixture
def silent():
    """The port of a server that takes connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    "uri",
    [
        "mysql://me:{secret}@127.0.0.1:{port}/db",
        "postgresql://me:{secret}@127.0.0.1:{port}/db",
        "http://[bad",
        "postgresql://me:{secret}@127.0.0.1:99999999/db",
        "nonsense://me:{secret}@host",
        "sqlite:///{folder}",
        "postgresql://",
    ],
)
def test_a_training_that_has_ended_well_only_warns(
    uri, silent, paths: Paths, run, monkeypatch, capfd, tmp_path
):
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "2")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    address = uri.format(port=silent, secret=SECRET, folder=tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    monkeypatch.chdir(tmp_path)
    leave_files(run, paths)
    start = time.monotonic()
    synchronise([run], paths)
    assert time.monotonic() - start < 30
    told = capfd.readouterr().err
    assert f"warning: {run} is not in MLflow: expected a store at " in told
    assert SECRET not in told
    with pytest.raises(StoreError, match="expected a store at"), store_is_needed(address):
        Tracker(address)


@pytest.mark.parametrize("name", ["curves", "settings", "weights"])
def test_a_file_that_is_missing_is_not_blamed_on_the_store(name, tracker, paths, run):
    leave_files(run, paths)
    path = getattr(paths, name)(run)
    path.unlink()
    with pytest.raises(FileError, match=path.name):
        synchronise([run], paths)


def test_curves_that_are_no_numbers_are_not_taken(tracker, paths, run):
    leave_files(run, paths)
    for text in ("", "epoch,train_mse\n", "epoch,train_mse\n1,nan\n", "epoch,train_mse\n1\n"):
        paths.curves(run).write_text(text)
        with pytest.raises(FileError, match="a row of finite numbers an epoch"):
            tracker.record(run, paths)
