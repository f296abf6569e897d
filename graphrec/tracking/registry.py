"""Registered models, brought to this disk."""

import atexit
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from graphrec.config.paths import SETTINGS
from graphrec.tracking.store import open_store, tracking_uri

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

URI = re.compile(r"models:/(?P<name>[^/@]+)(?:@(?P<alias>[^/@]+)|/(?P<version>\d+))")


def download_model(uri: str) -> Path:
    """The model folder of `models:/<name>@<alias>` or `models:/<name>/<version>`.

    Artifacts on this disk are used where they lie; others are fetched to a folder that goes with
    this process. Raises LookupError where there is no such model, naming those there are, and for
    one whose artifacts hold no model folder.
    """
    match = URI.fullmatch(uri)
    if match is None:
        raise LookupError(
            f"expected a model such as graphrec-NAME@champion or graphrec-NAME/1, "
            f"got {uri.removeprefix('models:/')!r}: name one so"
        )
    store = tracking_uri()
    if store.startswith("sqlite:///") and not Path(store.removeprefix("sqlite:///")).exists():
        raise LookupError(f"expected MLflow's store {store}, got none: run `make promote` first")
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        client, _ = open_store(store)
        version = match["version"]
        if version is None:
            registered = client.get_model_version_by_alias(match["name"], match["alias"])
            version = str(registered.version)
        location = client.get_model_version_download_uri(match["name"], version)
        target = None if location.startswith(("file:", "/")) else _passing_folder()
        folder = download_artifacts(artifact_uri=location, dst_path=target, tracking_uri=store)
    except (MlflowException, SQLAlchemyError, OSError) as error:
        raise LookupError(
            f"expected a registered model {uri.removeprefix('models:/')}, got {_first(error)}: "
            f"{_known(store)}"
        ) from error
    return model_folder(Path(folder))


def model_folder(downloaded: Path) -> Path:
    """Where below `downloaded` the files of a model folder lie. Raises LookupError if nowhere."""
    places = sorted(downloaded.rglob(SETTINGS), key=lambda path: (len(path.parts), path))
    if not places:
        raise LookupError(
            f"expected a model folder with {SETTINGS} in the artifacts, got none: "
            "register the run anew with `make promote`"
        )
    return places[0].parent


def _known(store: str) -> str:
    """What the registry has, or how to reach one."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        client: MlflowClient = open_store(store)[0]
        names = [
            f"{model.name}@{alias}" if alias else f"{model.name}/VERSION"
            for model in client.search_registered_models()
            for alias in (*model.aliases, "")
        ]
    except (MlflowException, SQLAlchemyError, OSError):
        return f"see that {store} can be reached"
    return f"choose one of {', '.join(names)}" if names else "run `make promote` first"


def _first(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _passing_folder() -> str:
    folder = tempfile.mkdtemp(prefix="graphrec-model-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
