"""A trained run as a model that MLflow can serve: code, model folder and signature."""

import logging
import os
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel, Run
    from mlflow.models import ModelSignature
    from mlflow.tracking import MlflowClient

PACKAGE = Path(__file__).parents[1]
CODE = PACKAGE / "answers" / "served.py"
REQUIRED = (
    "filelock",
    "mlflow",
    "numpy",
    "pandas",
    "platformdirs",
    "pydantic",
    "rapidfuzz",
    "safetensors",
    "scikit-learn",
    "scipy",
    "threadpoolctl",
    "torch",
    "torch-geometric",
    "typing_extensions",
)
"""What answering imports."""
PARAMS = {"k": 10, "exclude_seen": True, "where": "", "explain": False}
"""Of every request, with what they are where they are not given."""


def log_served(client: "MlflowClient", run: "Run", folder: Path, user: str) -> "LoggedModel":
    """Log the model in `folder` as one that belongs to `run`; `user`, an id, is its example.

    What is logged stands alone: nothing of the project has to be there to serve it. Only whole
    models are READY.
    """
    from mlflow.entities import LoggedModelOutput

    run_id, experiment = run.info.run_id, run.info.experiment_id
    logged = client.create_logged_model(experiment, run.info.run_name, run_id)
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "model"
        save_served(path, folder, user, run_id=run_id, model_id=logged.model_id)
        client.log_model_artifacts(logged.model_id, str(path))
    client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, 0)])
    return client.finalize_logged_model(logged.model_id, "READY")


def save_served(path: Path, folder: Path, user: str, **identity: Any) -> None:
    """Write what MLflow serves to `path`, for the model in `folder`; `identity` goes to MLmodel."""
    import pandas as pd
    from mlflow import pyfunc
    from mlflow.models import Model

    # What is registered is said by whoever called; MLflow's own account of it is for nobody.
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    logging.getLogger("mlflow.pyfunc").setLevel(logging.WARNING)
    pyfunc.save_model(
        path,
        mlflow_model=Model(**identity),
        python_model=str(CODE),
        artifacts={"model": str(folder.resolve())},
        code_paths=[str(PACKAGE)],
        signature=signature(),
        input_example=(pd.DataFrame([{"user": user}]), PARAMS),
        pip_requirements=requirements(),
    )


def signature() -> "ModelSignature":
    """Columns user, items and ratings, each optional, and PARAMS.

    Items and ratings are lists, declared as texts: MLflow parses CSV only where every column is a
    scalar, and takes no empty cells in columns of lists.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema

    kinds = {int: DataType.long, bool: DataType.boolean, str: DataType.string}
    names = ("user", "items", "ratings")
    return ModelSignature(
        inputs=Schema([ColSpec(DataType.string, name, required=False) for name in names]),
        params=ParamSchema(
            [ParamSpec(name, kinds[type(value)], value) for name, value in PARAMS.items()]
        ),
    )


def requirements() -> list[str]:
    """REQUIRED, in the versions that are installed."""
    return [f"{name}=={version(name).partition('+')[0]}" for name in REQUIRED]
