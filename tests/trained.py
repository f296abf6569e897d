"""The files that training and evaluating a run leave, small."""

import csv
import json

import numpy as np
from safetensors.numpy import save_file

from graphrec.config.content import content_key
from graphrec.config.paths import Paths
from graphrec.tracking import Tracker

EPOCHS = 3
COLUMNS = ("train_loss", "train_mse", "valid_mse", "valid_ndcg_at_10")
SETTINGS = {"seed": 2020, "run.dataset": "imdb", "run.layers": 2, "train.ema_decay": 1e-05}


def leave_files(run: str, paths: Paths, weight: float = 1.0) -> None:
    """What stages/train.py leaves."""
    paths.model(run).mkdir(parents=True, exist_ok=True)
    save_file({"embedding.weight": np.full((2, 3), weight, np.float32)}, paths.weights(run))
    with paths.curves(run).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *COLUMNS])
        for epoch in range(1, EPOCHS + 1):
            writer.writerow([epoch, *(value_of(column, epoch) for column in COLUMNS)])
    np.savez(paths.known(run), ids=np.array(["a", "b"]))
    paths.settings(run).write_text(json.dumps({"best_epoch": 2, "params": SETTINGS}))


def value_of(column: str, epoch: int) -> float:
    return COLUMNS.index(column) + 0.5**epoch


def leave_evaluation(run: str, paths: Paths, **measures: float) -> None:
    """What stages/evaluate.py adds."""
    paths.evaluation(run).mkdir(parents=True, exist_ok=True)
    tree = {"content": content_key(run, paths), "valid": measures, "test": measures}
    (paths.evaluation(run) / "evaluation.json").write_text(json.dumps(tree))


def runs_of(tracker: Tracker, run: str) -> list:
    """What the store holds of a run, whole or not."""
    return tracker.client.search_runs([tracker.experiment], f"tags.run = '{run}'")
