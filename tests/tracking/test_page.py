"""`make ui`: MLflow's page, in the mode for model training and with measures in its table."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from graphrec.config.errors import StoreError
from graphrec.config.server import HOST
from graphrec.tracking.page import first_settings, main, with_settings
from graphrec.tracking.views import COLUMNS
from tests.servers import free_port

START_SECONDS = 120


def test_settings_come_before_every_script_and_only_once():
    html = with_settings("<html><head><script src=main.js></script></head>", {"mode": "training"})
    assert html.count("<script>") == 1
    assert html.index("localStorage.setItem") < html.index("main.js")
    assert json.dumps({"mode": '"training"'}) in html


def test_a_run_table_has_measures_from_the_first_look():
    table = first_settings("7")['MLflowLocalStorage-1.1-ExperimentPage-["7"]-ReactComponentState']
    assert isinstance(table, dict)
    assert table["selectedColumns"] == list(COLUMNS)


def test_mlflow_reads_the_keys_that_are_set():
    """They are MLflow's own: a release that renames them has to be noticed."""
    import mlflow

    scripts = Path(mlflow.__file__).parent / "server" / "js" / "build" / "static" / "js"
    script = next(scripts.glob("main.*.js")).read_text()
    for name in ("mlflow.workflowType", "mlflow.assistant.fab.autoOpenedOnFirstLoad"):
        assert f'key:"{name}",version:1' in script
    for name in ('"MLflowLocalStorage"', 'version="1.1"', '"ReactComponentState"'):
        assert name in script


def test_a_taken_port_is_said_with_a_way_out(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///unused.db")
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=f"got {port} .*make ui PORT={port + 1}"):
            main(str(port))


def test_a_served_store_is_pointed_at(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://example.org:5000")
    with pytest.raises(StoreError, match=r"open http://example\.org:5000"):
        main()


def test_the_page_is_served_with_its_settings(store, tmp_path):
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "graphrec.tracking.page", str(port)],
        env=os.environ | {"MLFLOW_TRACKING_URI": store, "DVC_ROOT": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert f"open http://{HOST}:{port} " in server.stdout.readline()
        assert re.search("<head><script>.*machine_learning", fetch(f"http://{HOST}:{port}"))
        experiments = fetch(
            f"http://{HOST}:{port}/ajax-api/2.0/mlflow/experiments/get-by-name"
            "?experiment_name=graphrec"
        )
        assert json.loads(experiments)["experiment"]["name"] == "graphrec"
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def fetch(url: str) -> str:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < until, f"{url} does not answer"
            time.sleep(0.5)
