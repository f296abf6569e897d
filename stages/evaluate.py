"""Measure a trained run on validation and, once, on test.

Run as `python -m stages.evaluate <run>`.
"""

import sys

import torch
from safetensors.torch import load_file

from graphrec.config.content import content_key
from graphrec.config.params import load_params, select_run
from graphrec.config.paths import Paths
from graphrec.data.storage import load_arrays, load_dataset, load_held_out
from graphrec.evaluation.results import (
    as_json,
    evaluate_parts,
    protocol_of,
    risk_of,
    save_json,
    save_users,
)
from graphrec.graph.bipartite import build_graph
from graphrec.models.factory import build_model
from graphrec.models.smoothness import mean_cosine_by_layer
from graphrec.models.trained import TrainedModel


def main(name: str) -> None:
    params, paths = load_params(), Paths()
    run = select_run(params, name)
    torch.set_num_threads(params.threads)
    data = load_dataset(paths.training(run.dataset))
    test = load_held_out(paths.test(run.dataset))
    graph = build_graph(data)
    model = build_model(run, params.of(run), data, graph, load_arrays(paths.filters(run.dataset)))
    model.load_state_dict(load_file(paths.weights(name)))
    evaluations = evaluate_parts(
        TrainedModel(model, graph), data, test, protocol_of(params, data), risk_of(run, params)
    )
    folder = paths.evaluation(name)
    described = {
        "content": content_key(name, paths),
        "mean_cosine": mean_cosine_by_layer(model, graph),
    }
    save_json(folder / "evaluation.json", described | as_json(evaluations))
    save_users(folder / "users.npz", evaluations["test"])
    print(f"{name}: test loss {evaluations['test'].values['test_loss']:.4f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
