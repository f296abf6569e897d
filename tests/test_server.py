"""A team's store: MLflow on PostgreSQL, which dies in mid-training and comes back."""

import importlib.util
import json
import subprocess
import sys

import pytest

from tests.pipeline import RUNS, call, environment, experiments_of, git, mlflow_runs
from tests.servers import MlflowServer, Postgres, postgres_binaries

EPOCHS = 50
TABLES = ("runs", "metrics", "latest_metrics", "params", "tags", "experiments")


@pytest.fixture(scope="module")
def database():
    binaries = postgres_binaries()
    if binaries is None or importlib.util.find_spec("psycopg") is None:
        pytest.skip("needs PostgreSQL (apt-get install postgresql) and requirements-server.txt")
    database = Postgres(binaries)
    try:
        database.start()
        yield database
    finally:
        database.remove()


@pytest.fixture(scope="module")
def server(database, tmp_path_factory):
    server = MlflowServer(database.url, tmp_path_factory.mktemp("artifacts"))
    try:
        server.start()
        yield server
    finally:
        server.kill()


def count_rows(database: Postgres) -> dict[str, int]:
    import psycopg

    connection = psycopg.connect(database.url)
    try:
        with connection.cursor() as cursor:
            counts = {}
            for table in TABLES:
                cursor.execute(f"SELECT count(*) FROM {table}")
                counts[table] = cursor.fetchone()[0]
            return counts
    finally:
        connection.close()


def is_of(run, experiment: str) -> bool:
    return run.data.tags.get("dvc_experiment") == experiment


def test_a_server_that_dies_in_mid_training_costs_nothing(project, database, server):
    store = {"MLFLOW_TRACKING_URI": server.url}
    call(project, "stages.sync", **store)
    assert {run.data.tags["run"] for run in mlflow_runs(project, server.url)} == set(RUNS)

    longer = [f"--set-param=train.{name}={EPOCHS}" for name in ("epochs", "patience")]
    training = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "dvc", "exp", "run", "--name", "long", *longer],
        cwd=project,
        env=environment(project) | store,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    told = ""
    for line in training.stdout:
        told += line
        if line.startswith("epoch 10 ") and server.process is not None:
            server.kill()
            database.kill()
    assert training.wait() == 0, told
    training.stdout.close()
    assert f"epoch {EPOCHS} " in told
    assert "is not in MLflow: expected a store at" in told

    database.start()
    server.start()
    for _ in range(2):
        call(project, "stages.sync", **store)
        counts = count_rows(database)
        runs = {run.info.run_name: run for run in mlflow_runs(project, server.url)}
        assert len(runs) == counts["runs"] == 4
        trained = {run.data.tags["run"] for run in runs.values() if is_of(run, "long")}
        assert trained == set(RUNS)
        for revision in ("HEAD", experiments_of(project)["long"]):
            tree = json.loads(git(project, "show", f"{revision}:reports/metrics.json"))
            for values in tree.values():
                logged = runs[values["mlflow_run"]].data.metrics
                assert round(logged["test_mse"], 4) == values["test"]["mse"]
                assert round(logged["test_loss"], 4) == values["test"]["loss"]
    call(project, "stages.sync", **store)
    assert count_rows(database) == counts
    promoted = call(project, "stages.promote", **store)
    assert "graphrec-imdb version 1" in promoted
