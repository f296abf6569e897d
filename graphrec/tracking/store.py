"""The project's MLflow store: where it is, and how several processes open and write it at once."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from graphrec.tracking.notes import experiment_note
from graphrec.tracking.reach import SERVED, expect_database
from graphrec.tracking.views import view_tags

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

EXPERIMENT = "graphrec"
NOTE = "mlflow.note.content"
LOCK_SECONDS = 300
"""How long a process waits for another that is writing; to write one run takes about a second."""
BUSY_SECONDS = 60
"""How long SQLite waits for a reader, such as MLflow's page, to let go."""
LEFTOVERS = (
    "MLFLOW_RUN_ID",
    "MLFLOW_EXPERIMENT_ID",
    "MLFLOW_EXPERIMENT_NAME",
    "MLFLOW_REGISTRY_URI",
    "MLFLOW_ACTIVE_MODEL_ID",
    "_MLFLOW_ACTIVE_MODEL_ID",
)
"""Variables of somebody else's run, which would send what is written here elsewhere."""

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
# A server that is away is said after seconds; MLflow's own patience is minutes a call.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")


def store_root() -> Path:
    """The project's root, also from within a queued experiment's copy of it."""
    return Path(os.environ.get("DVC_ROOT", ".")).resolve()


def in_workspace() -> bool:
    """Whether this process works in the project itself, not in an experiment's copy of it."""
    return Path().resolve() == store_root()


def tracking_uri() -> str:
    """`MLFLOW_TRACKING_URI` where set, else SQLite in the project's root."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{store_root() / 'mlflow.db'}"


def store_lock() -> FileLock:
    """Held while the store is made or written; it falls with the process that holds it.

    SQLite's tables are made by migrations that two processes must not run at once, and "is it
    there? no: add it" has to be one step.
    """
    return FileLock(store_root() / "mlflow.db.lock", timeout=LOCK_SECONDS)


def open_store(uri: str) -> tuple["MlflowClient", str]:
    """A client of the store and the id of the project's experiment; makes what is not there.

    Raises what `store_is_needed` turns into a StoreError.
    """
    for name in LEFTOVERS:
        os.environ.pop(name, None)
    from mlflow.tracking import MlflowClient  # seconds to import, so only where needed

    if uri.startswith("sqlite:") and "?" not in uri:
        uri += f"?timeout={BUSY_SECONDS}"
    if not uri.startswith(SERVED) and "://" in uri:
        expect_database(uri)
    with store_lock():
        client = MlflowClient(uri, registry_uri=uri)
        return client, _experiment_id(client, uri)


def _experiment_id(client: "MlflowClient", uri: str) -> str:
    from mlflow.exceptions import MlflowException

    if (experiment := client.get_experiment_by_name(EXPERIMENT)) is None:
        # A server has an artifact store of its own; a database has none.
        served = uri.startswith(SERVED)
        location = None if served else (store_root() / "mlartifacts").as_uri()
        try:
            experiment = client.get_experiment(client.create_experiment(EXPERIMENT, location))
        except MlflowException:  # another machine may have made it in the meantime
            if (experiment := client.get_experiment_by_name(EXPERIMENT)) is None:
                raise
    identity = str(experiment.experiment_id)
    for tag, value in {NOTE: experiment_note(identity), **view_tags()}.items():
        if experiment.tags.get(tag) != value:
            client.set_experiment_tag(identity, tag, value)
    return identity
