"""What a training left, told apart by its bytes: the link between DVC's files and MLflow's runs."""

import hashlib
from pathlib import Path

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
        digest.update(bytes.fromhex(file_digest(path)))
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def mlflow_name(run: str, content: str) -> str:
    """The name of the MLflow run with that content; being made of it, a DVC output may hold it."""
    return f"{run}-{content[:8]}"
