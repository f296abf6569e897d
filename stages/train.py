"""Train one run; leave its weights, curves and settings, and show them in MLflow.

Run as `python -m stages.train <run>`.
"""

import json
import signal

import pandas as pd
from safetensors.torch import save

from graphrec.config.content import file_digest
from graphrec.config.edge import run_command
from graphrec.config.files import alone, whole, write_bytes, write_text
from graphrec.config.params import (
    Params,
    check_num_neighbors,
    load_params,
    select_run,
)
from graphrec.config.paths import Paths
from graphrec.config.settings import run_settings
from graphrec.data.storage import load_dataset, save_dataset
from graphrec.models.learned import learned
from graphrec.tracking import recorded
from graphrec.training.checkpoint import CHECKPOINT_SECONDS, Checkpoint, fingerprint
from graphrec.training.fitting import fit_run
from graphrec.training.progress import Row


def main(name: str) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    paths = Paths()
    params = load_params()
    check_num_neighbors(select_run(params, name), params.train.num_neighbors)
    with alone(paths.lock(name), f"trains {name}"), recorded(name, paths):
        train(name, params, paths)


def train(
    name: str, params: Params, paths: Paths, checkpoint_seconds: float = CHECKPOINT_SECONDS
) -> None:
    """Train, going on from where a killed process was; leave a model's folder."""
    run, settings = select_run(params, name), run_settings(params, name)
    data = load_dataset(paths.training(run.dataset))
    known = fingerprint(settings, paths.training(run.dataset))
    checkpoint = Checkpoint(paths.checkpoints(name), known, checkpoint_seconds)
    fitted = fit_run(run, params, data, print_row, checkpoint)
    write_bytes(paths.weights(name), save(fitted.model.state_dict()))
    if fitted.validated is not None:
        write_bytes(paths.validated_weights(name), save(fitted.validated))
    save_dataset(paths.known(name), data)
    rows = pd.DataFrame(fitted.history.rows)
    with whole(paths.curves(name)) as part:
        rows.astype({"epoch": int}).to_csv(part, index=False)
    written = (paths.weights(name), paths.validated_weights(name), paths.known(name))
    described = {
        "best_epoch": fitted.history.best_epoch,
        "learned": learned(fitted.model),
        "params": settings,
        "run": run.model_dump(),
        "hyperparameters": params.of(run).model_dump(),
        "files": {path.name: file_digest(path) for path in written if path.exists()},
    }
    write_text(paths.settings(name), json.dumps(described, indent=2) + "\n")
    checkpoint.remove()


def print_row(row: Row) -> None:
    print("  ".join(f"{key} {value:.4g}" for key, value in row.items()), flush=True)


if __name__ == "__main__":
    run_command("train", main, "run")
