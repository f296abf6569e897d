"""The finished project, made once, and a copy of it for each case."""

import os
import shutil
from pathlib import Path

import pytest

from graphrec.tracking import Tracker
from tests.hostile.project import run_all, write_project


@pytest.fixture(scope="session")
def store(tmp_path_factory) -> str:
    """MLflow's tables take seconds to make."""
    root = tmp_path_factory.mktemp("hostile-store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(root))
        Tracker(uri := f"sqlite:///{root / 'mlflow.db'}")
    return uri


@pytest.fixture(scope="session")
def whole(store, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        own(patch, root, store)
        write_project(root)
        run_all()
    return root


@pytest.fixture
def root(whole, store, tmp_path, monkeypatch) -> Path:
    """Where a case may do what it likes."""
    copy = tmp_path / "project"
    shutil.copytree(whole, copy)
    own(monkeypatch, copy, store)
    return copy


def own(patch: pytest.MonkeyPatch, root: Path, store: str) -> None:
    for name in [name for name in os.environ if name.startswith(("DVC_", "MLFLOW_TRACKING"))]:
        patch.delenv(name)
    patch.delenv("DATA_MIRROR", raising=False)
    patch.setenv("MLFLOW_TRACKING_URI", store)
    patch.chdir(root)
