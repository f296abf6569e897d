"""What a training left, told apart by its bytes: the link between DVC's files and MLflow's runs."""

import hashlib

from graphrec.config.errors import FileError
from graphrec.config.paths import Paths


def content_key(run: str, paths: Paths) -> str:
    """SHA-256 of the run's name and of the files that its training left.

    Raises FileError where one of them is missing.
    """
    digest = hashlib.sha256(run.encode())
    for path in (paths.settings(run), paths.curves(run), paths.weights(run)):
        if not path.is_file():
            raise FileError(f"expected {path}, got none: run `dvc repro train@{run}`")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def mlflow_name(run: str, content: str) -> str:
    """The name of the MLflow run with that content; being made of it, a DVC output may hold it."""
    return f"{run}-{content[:8]}"
