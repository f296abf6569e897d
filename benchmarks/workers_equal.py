"""Do several processes train what one trains, on real and on large data?

`python -m benchmarks.workers_equal --folder data/raw/gowalla` trains three epochs by one process
and then by 2 and by 4 of this machine: movielens-base (NGCF_Final), LightGCN on the published split
in the folder, and LightGCN on generated ratings, as many as --generated says. Prints how far
losses, weights and validation measures are from those of one process and writes
reports/benchmarks/workers-equal.json. A loss and a measure are compared with their own size, a
weight with the largest of its matrix.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.one_fit import DATASET, RUN, params_for
from benchmarks.synthetic import ABOUT, generate
from benchmarks.workers import settings
from graphrec.config.params import Params, load_params, select_run
from graphrec.config.paths import Paths
from graphrec.config.training import RunParams
from graphrec.data.dataset import Dataset, RawData
from graphrec.data.prepare import prepare
from graphrec.data.readers.choice import read_raw
from graphrec.data.storage import load_dataset
from graphrec.evaluation.results import save_json
from graphrec.reporting.tables import markdown_table
from graphrec.training.fitting import Fitted, fit_run
from graphrec.training.processes import train_in_processes

EPOCHS, WORKERS = 3, (2, 4)
LEARNED_AFTER = ("weight", "liked", "calibration", "share")
"""Of NGCF_Final on the whole, by an optimiser that stops at a tolerance of its own."""


class Task(NamedTuple):
    """What is trained."""

    name: str
    run: RunParams
    params: Params
    data: Dataset


def tasks(folder: Path | None, generated: int, paths: Paths) -> Iterator[Task]:
    params = load_params(paths.root / "params.yaml")
    run = select_run(params, "movielens-base")
    yield Task("movielens, ngcf_final", run, params, load_dataset(paths.training(run.dataset)))
    if folder is not None:
        params = params_for("lightgcn")
        about = params.datasets[DATASET]
        run = params.runs[RUN["lightgcn"]].model_copy(update={"refit": False})
        data = prepare(read_raw(folder, about), about, params.seed).data
        yield Task(f"{folder.name}, lightgcn", run, params, data)
    whole = generate(generated, 0)
    raw = RawData(whole.users, whole.items, whole.train)
    data = prepare(raw, ABOUT, 0).data
    run, params = settings("lightgcn", len(data.train), 1)
    yield Task(f"{generated:,} generated, lightgcn", run, params, data)


def fit(task: Task, workers: int) -> Fitted:
    """EPOCHS epochs by so many processes, on a thread each."""
    changed = {"epochs": EPOCHS, "workers": workers, "patience": EPOCHS}
    train = task.params.train.model_copy(update=changed)
    params = task.params.model_copy(update={"train": train, "threads": 1})
    return fit_run(task.run, params, task.data, lambda row: None, launch=train_in_processes)


def differences(one: Fitted, several: Fitted) -> dict[str, float]:
    """The greatest relative differences of losses, validation measures and weights."""
    worst = {"losses": 0.0, "measures": 0.0, "weights": 0.0}
    for row, expected in zip(several.history.rows, one.history.rows, strict=True):
        for name, value in expected.items():
            kind = "measures" if name.startswith("valid") else "losses"
            worst[kind] = max(worst[kind], abs(row[name] - value) / max(abs(value), 1e-12))
    state = several.model.state_dict()
    for name, weight in one.model.state_dict().items():
        if name not in LEARNED_AFTER and not name.startswith("filters."):
            scale = float(weight.abs().max().clamp(min=1e-6))
            difference = float((state[name] - weight).abs().max()) / scale
            worst["weights"] = max(worst["weights"], difference)
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="with a published split")
    parser.add_argument("--generated", type=int, default=5_000_000, help="ratings")
    options = parser.parse_args()
    paths, rows = Paths(), list[dict[str, Any]]()
    for task in tasks(options.folder, options.generated, paths):
        one = fit(task, 1)
        for workers in WORKERS:
            row = {"of": task.name, "workers": workers, **differences(one, fit(task, workers))}
            rows.append(row)
            print(json.dumps(row), file=sys.stderr, flush=True)
    heads = ["losses", "measures", "weights"]
    cells = [
        [row["of"], str(row["workers"]), *(f"{row[head]:.1e}" for head in heads)] for row in rows
    ]
    print(markdown_table(["of", "workers", *heads], cells))
    save_json(paths.root / "reports" / "benchmarks" / "workers-equal.json", {"rows": rows})


if __name__ == "__main__":
    main()
