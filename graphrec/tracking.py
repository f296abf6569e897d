"""MLflow as a view of the files that the stages leave: never the only copy of anything."""

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graphrec.paths import Paths

EXPERIMENT = "graphrec"
METRICS_A_CALL = 1000
"""MLflow's own limit."""
CONTENT = "graphrec.content"
"""Tag that finds the MLflow run of a trained model: a hash of its name and of what it left."""

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
# A server that is away is said after seconds; MLflow's own patience is minutes a call.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")


def store_root() -> Path:
    """The project's root, also from within a queued experiment's copy of it."""
    return Path(os.environ.get("DVC_ROOT", ".")).resolve()


def tracking_uri() -> str:
    """`MLFLOW_TRACKING_URI` where set, else SQLite in the project's root."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{store_root() / 'mlflow.db'}"


class Tracker:
    """Writes runs to one MLflow store."""

    def __init__(self, uri: str | None = None) -> None:
        from mlflow.tracking import MlflowClient  # seconds to import, so only where needed

        self.uri = uri or tracking_uri()
        self.client = MlflowClient(tracking_uri=self.uri)
        self.experiment = self._experiment_id()

    def _experiment_id(self) -> str:
        from mlflow.exceptions import MlflowException

        found = self.client.get_experiment_by_name(EXPERIMENT)
        if found is None:
            # A server has an artifact store of its own; a database has none.
            served = self.uri.startswith(("http://", "https://"))
            location = None if served else (store_root() / "mlartifacts").as_uri()
            try:
                return str(self.client.create_experiment(EXPERIMENT, location))
            except MlflowException:  # another process has made it in the meantime
                found = self.client.get_experiment_by_name(EXPERIMENT)
                if found is None:
                    raise
        return str(found.experiment_id)

    def record(self, run: str, paths: Paths, started: float | None = None) -> str:
        """Bring the store in line with what `run` left; gives the MLflow run's id.

        The MLflow run is found by a hash of the run's name, settings, curves and weights, so that
        recording twice, or after DVC has restored the files from its cache, adds nothing. Test
        measures are added where there are any. `started` is when the training began, in seconds;
        without it the run begins and ends when its curves were written.
        """
        content = content_key(run, paths)
        run_id = self._find(content) or self._create(run, paths, content, started)
        evaluation = paths.evaluation(run) / "evaluation.json"
        if evaluation.exists():
            self._add_test_measures(run_id, json.loads(evaluation.read_text()), content)
        return run_id

    def record_failure(self, run: str, status: str, reason: str) -> None:
        """Leave a trace of a training that did not end: status FAILED or KILLED."""
        tags = {**origin_tags(run), "mlflow.note.content": reason}
        created = self.client.create_run(self.experiment, run_name=run, tags=tags)
        self.client.set_terminated(created.info.run_id, status)

    def _find(self, content: str) -> str | None:
        found = self.client.search_runs(
            [self.experiment], f"tags.`{CONTENT}` = '{content}'", max_results=1
        )
        return str(found[0].info.run_id) if found else None

    def _create(self, run: str, paths: Paths, content: str, started: float | None) -> str:
        settings = json.loads(paths.settings(run).read_text())
        tags = {**origin_tags(run), "dataset": settings["params"]["run.dataset"]}
        end = milliseconds(paths.curves(run).stat().st_mtime)
        start = end if started is None else milliseconds(started)
        created = self.client.create_run(self.experiment, start_time=start, run_name=run, tags=tags)
        run_id = str(created.info.run_id)
        for name, value in settings["params"].items():
            self.client.log_param(run_id, name, value)
        self._log_metrics(run_id, list(read_curves(paths.curves(run))), start, end)
        self._log_metrics(run_id, [("best_epoch", settings["best_epoch"], 0)], end, end)
        for path in (paths.weights(run), paths.curves(run), paths.errors_figure(run)):
            self.client.log_artifact(run_id, str(path))
        # Last, so that a run that bears the tag is whole.
        self.client.set_tag(run_id, CONTENT, content)
        self.client.set_terminated(run_id, end_time=end)
        return run_id

    def _add_test_measures(self, run_id: str, evaluation: dict[str, Any], content: str) -> None:
        if evaluation["content"] != content:
            return  # the files are of an earlier training; evaluate has still to run
        measures = {f"test/{name}": value for name, value in evaluation["test"].items()}
        logged = self.client.get_run(run_id).data.metrics
        fresh = [(name, value, 0) for name, value in measures.items() if logged.get(name) != value]
        now = milliseconds(time.time())
        self._log_metrics(run_id, fresh, now, now)

    def _log_metrics(
        self, run_id: str, values: list[tuple[str, float, int]], start: int, end: int
    ) -> None:
        """Log (name, value, step); the steps, which last alike, share the time in between."""
        from mlflow.entities import Metric

        last = max((step for _, _, step in values), default=0) or 1
        entries = [
            Metric(name, value, start + (end - start) * step // last, step)
            for name, value, step in values
        ]
        for start in range(0, len(entries), METRICS_A_CALL):
            self.client.log_batch(run_id, metrics=entries[start : start + METRICS_A_CALL])


def milliseconds(seconds: float) -> int:
    """MLflow's unit of time."""
    return int(seconds * 1000)


def content_key(run: str, paths: Paths) -> str:
    """SHA-256 of the run's name and of the files that its training left."""
    digest = hashlib.sha256(run.encode())
    for path in (paths.settings(run), paths.curves(run), paths.weights(run)):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def read_curves(path: Path) -> Iterator[tuple[str, float, int]]:
    """Metric name, value and epoch of every value in a curves file."""
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            epoch = int(row.pop("epoch"))
            for name, value in row.items():
                yield name.replace("_", "/", 1), float(value), epoch


def origin_tags(run: str) -> dict[str, str]:
    """Where a run comes from: run name, git commit, DVC stage and experiment."""
    tags = {"run": run}
    if git := shutil.which("git"):
        command = [git, "rev-parse", "HEAD"]
        commit = subprocess.run(command, capture_output=True, text=True, check=False)
        if commit.returncode == 0:
            tags["mlflow.source.git.commit"] = tags["git_commit"] = commit.stdout.strip()
    for tag, variable in (
        ("dvc_experiment", "DVC_EXP_NAME"),
        ("dvc_baseline", "DVC_EXP_BASELINE_REV"),
        ("dvc_stage", "DVC_STAGE"),
    ):
        if value := os.environ.get(variable):
            tags[tag] = value
    return tags


def synchronise(run: str, paths: Paths, started: float | None = None) -> None:
    """Record `run`; a store that does not answer is said and costs nothing else."""
    with _a_store_may_be_away(run):
        Tracker().record(run, paths, started)


@contextmanager
def recorded(run: str, paths: Paths) -> Iterator[None]:
    """Record `run` once the block has left its files; if it does not end, record that."""
    started = time.time()
    try:
        yield
    except (KeyboardInterrupt, Exception) as error:
        status = "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED"
        with _a_store_may_be_away(run):
            Tracker().record_failure(run, status, f"{type(error).__name__}: {error}".rstrip(": "))
        raise
    synchronise(run, paths, started)


@contextmanager
def _a_store_may_be_away(run: str) -> Iterator[None]:
    """Turn what a store that is away, damaged or in use raises into a warning."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        print(
            f"warning: {run} is not in MLflow: expected a store at {tracking_uri()}, got {error}. "
            "What it has written is complete; `make sync` adds it once the store is back.",
            file=sys.stderr,
        )
