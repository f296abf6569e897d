"""Measure a trained run on validation and, once, on test.

Run as `python -m stages.evaluate movielens-base`.
"""

import sys

import torch
from safetensors.torch import load_file

from graphrec.config.content import content_key
from graphrec.config.params import load_params, select_run
from graphrec.config.paths import Paths
from graphrec.data.interactions import load_filters, load_held_out, load_training_data
from graphrec.evaluation.results import (
    as_json,
    evaluate_parts,
    measurement,
    predictor_of,
    save_json,
    save_users,
)
from graphrec.graph.bipartite import build_graph
from graphrec.models.factory import build_model
from graphrec.models.smoothness import mean_cosine_by_layer


def main(name: str) -> None:
    params, paths = load_params(), Paths()
    run = select_run(params, name)
    torch.set_num_threads(params.threads)
    data = load_training_data(paths.training(run.dataset))
    model = build_model(run, params, data, load_filters(paths.filters(run.dataset)))
    model.load_state_dict(load_file(paths.weights(name)))
    graph = build_graph(data)
    parts = evaluate_parts(
        predictor_of(model, graph),
        data,
        load_held_out(paths.test(run.dataset)),
        measurement(params, run.dataset),
        run.risk,
        params.train.log_error_weight,
    )
    folder = paths.evaluation(name)
    found = {"content": content_key(name, paths), "likeness": mean_cosine_by_layer(model, graph)}
    save_json(folder / "evaluation.json", found | as_json(parts))
    save_users(folder / "users.npz", parts["test"])
    print(f"{name}: test loss {parts['test'].values['test_loss']:.4f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
