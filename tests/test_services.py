"""Servers are for this machine alone unless asked otherwise, and no tool reports its use."""

import configparser
import os
import subprocess
import sys

import pytest

from graphrec.answers import service
from graphrec.answers.page import __main__ as demo
from graphrec.tracking import page
from tests.answers.asking import ask
from tests.pipeline import PROJECT
from tests.servers import free_port
from tests.test_makefile import make


class Served(Exception):  # noqa: N818
    """What a server would have been started with."""


@pytest.fixture
def uvicorn(monkeypatch):
    import uvicorn

    def run(app: object, **options: object) -> None:
        raise Served(options["host"])

    monkeypatch.setattr(uvicorn, "run", run)


@pytest.mark.usefixtures("uvicorn")
def test_the_demo_listens_on_this_machine_alone(monkeypatch):
    monkeypatch.setattr(demo, "datasets_of", lambda paths: ["one"])
    monkeypatch.setattr("graphrec.answers.page.app.make_app", lambda *_: None)
    with pytest.raises(Served, match=r"^127\.0\.0\.1$"):
        demo.main(["--port", str(free_port())])


@pytest.mark.usefixtures("uvicorn")
def test_the_service_listens_on_this_machine_alone(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models" / "a-run").mkdir(parents=True)
    (tmp_path / "models" / "a-run" / "settings.json").touch()
    monkeypatch.setattr(service.Predictor, "load", lambda _: None)
    monkeypatch.setattr(service, "make_app", lambda *_: None)
    with pytest.raises(Served, match=r"^127\.0\.0\.1$"):
        service.main(["a-run", "--port", str(free_port())])


@pytest.mark.usefixtures("uvicorn")
def test_mlflow_s_page_listens_on_this_machine_alone(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///unused.db")
    monkeypatch.setattr(page, "open_store", lambda _: (None, "1"))
    monkeypatch.setattr(page, "make_app", lambda *_: None)
    with pytest.raises(Served, match=r"^127\.0\.0\.1$"):
        page.main(str(free_port()))


@pytest.mark.filterwarnings("ignore:starlette.middleware.wsgi is deprecated")  # MLflow's own
def test_mlflow_s_page_answers_to_names_of_this_machine_alone(monkeypatch, tmp_path):
    """Another name for 127.0.0.1 would let a foreign page read it."""
    from mlflow.server import constants

    for name in (constants.BACKEND_STORE_URI_ENV_VAR, constants.REGISTRY_STORE_URI_ENV_VAR):
        monkeypatch.setenv(name, "to be put back")
    app = page.make_app(f"sqlite:///{tmp_path / 'mlflow.db'}", "1")
    for host, status in (("127.0.0.1:5000", 200), ("localhost:5000", 200), ("elsewhere.org", 403)):
        assert ask(app, "GET", "/", headers={"host": host}).status_code == status


def test_a_team_s_server_opens_when_asked_to_and_reports_nothing():
    recipe = make(PROJECT, "server", "--dry-run").stdout
    assert "--host 127.0.0.1 " in recipe
    assert "MLFLOW_DISABLE_TELEMETRY=true" in recipe


def test_dvc_reports_nothing():
    config = configparser.ConfigParser()
    config.read(PROJECT / ".dvc" / "config")
    assert config.getboolean("core", "analytics") is False


def test_mlflow_reports_nothing():
    script = (
        "import graphrec.tracking, mlflow.telemetry.utils as utils, sys; "
        "sys.exit(not utils.is_telemetry_disabled())"
    )
    foreign = ("MLFLOW_", "DO_NOT_TRACK", "CI", "PYTEST")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    command = [sys.executable, "-W", "ignore", "-c", script]
    assert subprocess.run(command, cwd=PROJECT, env=variables, check=False).returncode == 0
