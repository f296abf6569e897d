"""One real store in SQLite for the tests of this folder; each has a run name of its own."""

import pytest

from graphrec.config.paths import Paths
from graphrec.tracking import Tracker


@pytest.fixture(scope="session")
def store(tmp_path_factory) -> str:
    """One store for all: to make its tables takes seconds."""
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
