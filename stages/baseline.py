"""Measure the trivial baselines of a data set, as `evaluate` measures a run.

Run as `python -m stages.baseline movielens`.
"""

import sys

import torch

from graphrec.baselines.baselines import imdb_baselines, movielens_baselines
from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.data.interactions import load_held_out, load_training_data
from graphrec.evaluation.results import (
    as_json,
    evaluate_parts,
    measurement,
    save_json,
    save_users,
)


def main(dataset: str) -> None:
    params, paths = load_params(), Paths()
    torch.set_num_threads(params.threads)
    data = load_training_data(paths.training(dataset))
    test = load_held_out(paths.test(dataset))
    how = measurement(params, dataset)
    if dataset == "movielens":
        predictors = movielens_baselines(data, how.relevant_target)
    else:
        predictors = imdb_baselines(data)
    measured = {}
    for name, predictor in predictors.items():
        parts = evaluate_parts(predictor, data, test, how)
        measured[name] = as_json(parts)
        save_users(paths.baselines(dataset) / f"{name}.npz", parts["test"])
        print(f"{dataset} {name}: {parts['test'].values}", flush=True)
    save_json(paths.baselines(dataset) / "evaluation.json", measured)


if __name__ == "__main__":
    main(*sys.argv[1:])
