"""Measure the trivial baselines of a data set, as `evaluate` measures a run.

Run as `python -m stages.baseline <data set>`.
"""

from graphrec.baselines.baselines import fit_baselines
from graphrec.config.edge import run_command
from graphrec.config.machine import set_threads
from graphrec.config.params import load_params, select_dataset
from graphrec.config.paths import Paths
from graphrec.data.storage import load_dataset, load_held_out
from graphrec.evaluation.results import (
    as_json,
    evaluate_parts,
    protocol_of,
    save_json,
    save_users,
)


def main(dataset: str) -> None:
    params, paths = load_params(), Paths()
    select_dataset(params, dataset)
    set_threads(params.threads)
    data = load_dataset(paths.training(dataset))
    test = load_held_out(paths.test(dataset), data)
    measured = {}
    for name, baseline in fit_baselines(data).items():
        evaluations = evaluate_parts(baseline, data, test, protocol_of(params, data))
        measured[name] = as_json(evaluations)
        save_users(paths.baselines(dataset) / f"{name}.npz", evaluations["test"])
        print(f"{dataset} {name}: {evaluations['test'].values}", flush=True)
    save_json(paths.baselines(dataset) / "evaluation.json", measured)


if __name__ == "__main__":
    run_command("baseline", main, "data set")
