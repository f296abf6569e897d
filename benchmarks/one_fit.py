"""One model trained and measured on a published split of events, in this process.

Run by benchmarks.published_split as `python -m benchmarks.one_fit <folder> ngcf_final --seed 1`;
its last line is a JSON object.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from benchmarks.processes import peak_memory
from benchmarks.settings import change
from graphrec.config.params import Params, check_params
from graphrec.data.prepare import prepare
from graphrec.data.readers.choice import read_raw
from graphrec.evaluation.results import evaluate_test, evaluate_valid, protocol_of, save_users
from graphrec.models.learned import learned
from graphrec.models.saved import restore
from graphrec.models.trained import TrainedModel
from graphrec.training.fitting import fit_run
from graphrec.training.progress import Row

SETTINGS = Path(__file__).with_name("published_split.yaml")
DATASET, HYPERPARAMETERS = "published-split", "implicit"
ABOUT = {
    "reader": "table",
    "user_name": "user",
    "item_name": "item",
    "interaction_name": "event",
    "ratings": None,
    "split": {"strategy": "published", "test_fraction": 0.2, "valid_fraction": 0.1},
    "table": {
        "interactions": "train.csv.gz",
        "test": "test.csv.gz",
        "user": "user",
        "item": "item",
    },
}
"""Two tables with the columns user and item; a tenth of the first one validates."""
NAMES = ("recall_at_20", "ndcg_at_20")


def params_for(model: str, epochs: int | None = None) -> Params:
    """params.yaml with what SETTINGS say of a model; its one run is called after it."""
    own = yaml.safe_load(SETTINGS.read_text())[model]
    tree = yaml.safe_load(Path("params.yaml").read_text())
    run = {
        "dataset": DATASET,
        "model": model,
        "layers": own["layers"],
        "soft_sampling": False,
        "risk": "total",
        "hyperparameters": HYPERPARAMETERS,
        "refit": True,
    }
    tree |= {"archives": {}, "datasets": {DATASET: ABOUT}, "runs": {RUN[model]: run}}
    values = own["values"] if epochs is None else own["values"] | {"train.epochs": epochs}
    return check_params(change(tree, values))


RUN = {"ngcf": "ngcf", "lightgcn": "lightgcn", "ngcf_final": "ngcf-final"}
"""Names of runs have no underscore."""


def measure(
    folder: Path,
    model: str,
    seed: int,
    epochs: int | None = None,
    layers: int | None = None,
    users: Path | None = None,
) -> dict[str, Any]:
    """Measures on test after the refit and on validation before it, seconds, and peak GB.

    `seed` is added to that of params.yaml; the split stays the same. With another number of
    `layers` there is no refit, and test stays closed. What each user adds to the validation
    measures goes to the file `users`.
    """
    params = params_for(model, epochs)
    run = params.runs[RUN[model]]
    if layers is not None:
        run = run.model_copy(update={"layers": layers, "refit": False})
    data, test = prepare(
        read_raw(folder, params.datasets[DATASET]), params.datasets[DATASET], params.seed
    )
    started = time.perf_counter()
    fitted = fit_run(run, params.model_copy(update={"seed": params.seed + seed}), data, print_row)
    trained = time.perf_counter()
    protocol, measured = protocol_of(params, data), {}
    model_and_graph = fitted.model, fitted.graph
    if fitted.validated is not None:
        measured["test"] = evaluate_test(TrainedModel(*model_and_graph), data, test, protocol)
        model_and_graph = restore(run, params.of(run), data, fitted.validated)
    measured["valid"] = evaluate_valid(TrainedModel(*model_and_graph), data, protocol)
    if users is not None:
        save_users(users, measured["valid"])
    return {
        "model": model,
        "seed": seed,
        "layers": run.layers,
        "best_epoch": fitted.history.best_epoch,
        "learned": learned(fitted.model),
        "training_s": trained - started,
        "evaluation_s": time.perf_counter() - trained,
        "peak_gb": peak_memory(),
        **{
            part: {name: evaluation.values[name] for name in NAMES}
            for part, evaluation in measured.items()
        },
    }


def print_row(row: Row) -> None:
    """For a person watching."""
    print(
        "  ".join(f"{key} {value:.4g}" for key, value in row.items()), file=sys.stderr, flush=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", choices=RUN)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, help="at most, in place of the settings' own")
    parser.add_argument("--layers", type=int, help="another depth, measured on validation alone")
    parser.add_argument("--users", type=Path, help="file for their validation measures")
    print(json.dumps(measure(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
