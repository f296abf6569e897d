"""Bringing an MLflow store in line with the files of runs."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graphrec.config.paths import Paths
from graphrec.tracking.notes import group_note
from graphrec.tracking.origin import Origin, lock_tags
from graphrec.tracking.records import Record
from graphrec.tracking.store import (
    NOTE,
    in_workspace,
    open_store,
    store_lock,
    store_may_be_away,
    tracking_uri,
)

if TYPE_CHECKING:
    from mlflow.entities import Run

CONTENT = "graphrec.content"
"""Tag that finds the MLflow run of a trained model: a hash of its name and of what it left."""
GROUP = "graphrec.group"
"""Tag that finds the parent of runs with one origin."""
CURRENT = "current"
"""Tag of the runs whose files are in the workspace."""


class Tracker:
    """Writes runs to one MLflow store; any number of processes may do so at once."""

    def __init__(self, uri: str | None = None) -> None:
        self.uri = uri or tracking_uri()
        self.client, self.experiment = open_store(self.uri)

    def record(
        self,
        run: str,
        paths: Paths,
        started: float | None = None,
        origin: Origin | None = None,
    ) -> str:
        """Bring the store in line with what `run` left; gives the MLflow run's id.

        The MLflow run is found by a hash of the run's name, settings, curves and weights, so that
        recording twice, or after DVC has restored the files from its cache, adds nothing. What is
        missing, such as test measures, is added. `started` is when the training began, in seconds;
        without `origin`, the files are of the workspace and its runs become the current ones.
        """
        came_from = origin or Origin.here()
        record = Record.read(run, paths, started, came_from.time)
        with store_lock():
            found = self.find(record.content) or self._create(record, came_from)
            self._complete(found, record, lock_tags(run, paths.root))
            if origin is None and in_workspace():
                self._mark_current(run, found)
        return str(found.info.run_id)

    def record_failure(self, run: str, status: str, reason: str) -> None:
        """Leave a trace of a training that did not end: status FAILED or KILLED."""
        origin = Origin.here()
        with store_lock():
            parent = self._parent(origin, int(time.time() * 1000))
            tags = run_tags(run, origin, parent) | {NOTE: reason}
            created = self.client.create_run(self.experiment, run_name=run, tags=tags)
            self.client.set_terminated(created.info.run_id, status)

    def find(self, content: str) -> "Run | None":
        """The whole run with that content. Torsos of writers that were killed are deleted, and
        what another machine has added at the same moment."""
        whole: Run | None = None
        for run in self._search(f"tags.`{CONTENT}` = '{content}'"):
            if run.info.status == "FINISHED" and whole is None:
                whole = run
            else:
                self.client.delete_run(run.info.run_id)
        return whole

    def names(self) -> set[str]:
        """Names of all whole runs."""
        found = self._search(f"tags.`{CONTENT}` != '' AND attributes.status = 'FINISHED'")
        return {str(run.info.run_name) for run in found}

    def _search(self, query: str) -> list["Run"]:
        found: list[Run] = []
        token = None
        while True:
            page = self.client.search_runs(
                [self.experiment], query, order_by=["attributes.run_id"], page_token=token
            )
            found += page
            if not (token := page.token):
                return found

    def _create(self, record: Record, origin: Origin) -> "Run":
        """A whole run: FINISHED comes last, so that one with that status lacks nothing."""
        from mlflow.entities import Metric, Param

        parent = self._parent(origin, record.start)
        tags = run_tags(record.run, origin, parent) | {
            CONTENT: record.content,
            "dataset": record.params["run.dataset"],
            NOTE: record.note,
        }
        created = self.client.create_run(self.experiment, record.start, tags, record.name)
        run_id = created.info.run_id
        self.client.log_artifacts(run_id, str(record.files))
        metrics = [
            *record.curve_points(),
            *(Metric(name, value, record.end, 0) for name, value in record.measures().items()),
        ]
        params = [Param(name, value) for name, value in record.params.items()]
        self.client.log_batch(run_id, metrics, params)
        latest = max(parent.info.end_time or 0, record.end)
        self.client.set_terminated(parent.info.run_id, end_time=latest)
        self.client.set_terminated(run_id, end_time=record.end)
        return self.client.get_run(run_id)

    def _complete(self, found: "Run", record: Record, hashes: dict[str, str]) -> None:
        """Add what the files say by now and the run does not."""
        from mlflow.entities import Metric, RunTag

        now, logged, tags = int(time.time() * 1000), found.data.metrics, found.data.tags
        metrics = [
            Metric(name, value, now, 0)
            for name, value in record.measures().items()
            if logged.get(name) != value
        ]
        missing = {name: value for name, value in hashes.items() if name not in tags}
        if record.evaluation and tags.get(NOTE) != record.note:
            missing[NOTE] = record.note
        fresh = [RunTag(name, value) for name, value in missing.items()]
        self.client.log_batch(found.info.run_id, metrics=metrics, tags=fresh)

    def _mark_current(self, run: str, current: "Run") -> None:
        for other in self._search(f"tags.run = '{run}' AND tags.{CURRENT} = 'true'"):
            if other.info.run_id != current.info.run_id:
                self.client.delete_tag(other.info.run_id, CURRENT)
        if current.data.tags.get(CURRENT) != "true":
            self.client.set_tag(current.info.run_id, CURRENT, "true")

    def _parent(self, origin: Origin, start: int) -> "Run":
        """The run that those of one origin lie below; `start`, in milliseconds, if it is new."""
        if found := self._search(f"tags.`{GROUP}` = '{origin.group}'"):
            return found[0]
        note = group_note(origin.title, origin.experiment, origin.baseline)
        tags = {**origin.tags(), GROUP: origin.group, NOTE: note}
        created = self.client.create_run(self.experiment, start, tags, origin.title)
        self.client.set_terminated(created.info.run_id)
        return created


def run_tags(run: str, origin: Origin, parent: "Run") -> dict[str, str]:
    return origin.tags() | {
        "mlflow.parentRunId": str(parent.info.run_id),
        "mlflow.source.name": f"stages.train {run}",
        "mlflow.source.type": "LOCAL",
        "dvc_stage": f"train@{run}",
        "run": run,
    }


def synchronise(runs: Sequence[str], paths: Paths, started: float | None = None) -> None:
    """Record `runs`; a store that does not answer is said and costs nothing else."""
    with store_may_be_away(", ".join(runs)):
        tracker = Tracker()
        for run in runs:
            tracker.record(run, paths, started)


@contextmanager
def recorded(run: str, paths: Paths) -> Iterator[None]:
    """Record `run` once the block has left its files; if it does not end, record that."""
    started = time.time()
    try:
        yield
    except (KeyboardInterrupt, Exception) as error:
        status = "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED"
        with store_may_be_away(run):
            Tracker().record_failure(run, status, f"{type(error).__name__}: {error}".rstrip(": "))
        raise
    synchronise([run], paths, started)
