"""Train one run; leave its weights, curves and settings, and show them in MLflow.

Run as `python -m stages.train <run>`.
"""

import json
import signal

import pandas as pd
from safetensors.torch import save_file

from graphrec.config.content import file_digest
from graphrec.config.edge import run_command
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
from graphrec.training.fitting import fit_run
from graphrec.training.loop import Row


def main(name: str) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    paths = Paths()
    params = load_params()
    check_num_neighbors(select_run(params, name), params.train.num_neighbors)
    with recorded(name, paths):
        train(name, params, paths)


def train(name: str, params: Params, paths: Paths) -> None:
    run = select_run(params, name)
    data = load_dataset(paths.training(run.dataset))
    fitted = fit_run(run, params, data, print_row)
    paths.model(name).mkdir(parents=True, exist_ok=True)
    save_file(fitted.model.state_dict(), paths.weights(name))
    if fitted.validated is not None:
        save_file(fitted.validated, paths.validated_weights(name))
    save_dataset(paths.known(name), data)
    rows = pd.DataFrame(fitted.history.rows)
    rows.astype({"epoch": int}).to_csv(paths.curves(name), index=False)
    written = (paths.weights(name), paths.validated_weights(name), paths.known(name))
    settings = {
        "best_epoch": fitted.history.best_epoch,
        "learned": learned(fitted.model),
        "params": run_settings(params, name),
        "run": run.model_dump(),
        "hyperparameters": params.of(run).model_dump(),
        "files": {path.name: file_digest(path) for path in written if path.exists()},
    }
    paths.settings(name).write_text(json.dumps(settings, indent=2) + "\n")


def print_row(row: Row) -> None:
    print("  ".join(f"{key} {value:.4g}" for key, value in row.items()), flush=True)


if __name__ == "__main__":
    run_command("train", main, "run")
