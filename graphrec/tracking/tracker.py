"""Bringing an MLflow store in line with the files of runs."""

import time
from typing import TYPE_CHECKING

from graphrec.config.paths import Paths
from graphrec.tracking.datasets import dataset_input
from graphrec.tracking.lock import lock_entry, lock_tags
from graphrec.tracking.origin import Origin
from graphrec.tracking.records import EVALUATION, Record
from graphrec.tracking.store import NOTE, in_workspace, open_store, store_lock, tracking_uri

if TYPE_CHECKING:
    from mlflow.entities import Run

CONTENT = "graphrec.content"
"""Tag that finds the MLflow run of a trained model: a hash of its name and of what it left."""
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
            recorded = self.find(record.content) or self._create(record, came_from)
            self._complete(recorded, record, paths)
            if origin is None and in_workspace():
                self._mark_current(run, recorded)
        return str(recorded.info.run_id)

    def record_failure(self, run: str, status: str, reason: str) -> None:
        """Leave a trace of a training that did not end: status FAILED or KILLED."""
        tags = run_tags(run, Origin.here()) | {NOTE: reason}
        with store_lock():
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
        runs = self._search(f"tags.`{CONTENT}` != '' AND attributes.status = 'FINISHED'")
        return {str(run.info.run_name) for run in runs}

    def _search(self, query: str) -> list["Run"]:
        runs: list[Run] = []
        token = None
        while True:
            page = self.client.search_runs(
                [self.experiment], query, order_by=["attributes.run_id"], page_token=token
            )
            runs += page
            if not (token := page.token):
                return runs

    def _create(self, record: Record, origin: Origin) -> "Run":
        """A whole run: FINISHED comes last, so that one with that status lacks nothing."""
        from mlflow.entities import Param

        tags = run_tags(record.run, origin) | {
            CONTENT: record.content,
            "dataset": record.dataset,
        }
        created = self.client.create_run(self.experiment, record.start, tags, record.name)
        run_id = created.info.run_id
        self.client.log_artifacts(run_id, str(record.files))
        params = [Param(name, value) for name, value in record.params.items()]
        self.client.log_batch(run_id, list(record.curve_points()), params)
        self.client.set_terminated(run_id, end_time=record.end)
        return self.client.get_run(run_id)

    def _complete(self, recorded: "Run", record: Record, paths: Paths) -> None:
        """Add what the files say by now and the run does not."""
        from mlflow.entities import Metric, RunTag

        run_id, now = recorded.info.run_id, int(time.time() * 1000)
        logged, tags = recorded.data.metrics, recorded.data.tags
        entry = lock_entry(record.run, paths.root)
        has_dataset = recorded.inputs is not None and recorded.inputs.dataset_inputs
        if not has_dataset and (used := dataset_input(record, entry, paths)):
            self.client.log_inputs(run_id, [used])
        missing = {name: value for name, value in lock_tags(entry).items() if name not in tags}
        # A note that tells an evaluation stays where the files at hand have none.
        if NOTE not in tags or (record.evaluation and tags[NOTE] != record.note):
            missing[NOTE] = record.note
            if record.evaluation:
                self.client.log_artifact(run_id, str(paths.evaluation(record.run) / EVALUATION))
        metrics = [
            Metric(name, value, now, 0)
            for name, value in record.measures().items()
            if logged.get(name) != value
        ]
        fresh = [RunTag(name, value) for name, value in missing.items()]
        self.client.log_batch(run_id, metrics=metrics, tags=fresh)

    def _mark_current(self, run: str, current: "Run") -> None:
        for other in self._search(f"tags.run = '{run}' AND tags.{CURRENT} = 'true'"):
            if other.info.run_id != current.info.run_id:
                self.client.delete_tag(other.info.run_id, CURRENT)
        if current.data.tags.get(CURRENT) != "true":
            self.client.set_tag(current.info.run_id, CURRENT, "true")


def run_tags(run: str, origin: Origin) -> dict[str, str]:
    return origin.tags() | {
        "mlflow.source.name": f"stages.train {run}",
        "mlflow.source.type": "LOCAL",
        "dvc_stage": f"train@{run}",
        "run": run,
    }
