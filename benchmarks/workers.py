"""What does one training cost that several processes share, and what would a large one?

`python -m benchmarks.workers --interactions 1000000 2000000 --workers 1 2 4 --model lightgcn`
trains on generated data of each size, with many and with few interactions a user, by so many
processes of one thread each on this machine; 1 is a process alone, as the pipeline trains. It
prints a row for each, writes reports/benchmarks/workers-<model>.json, and from the rows fits what a
step, an epoch's draws and the memory cost for each interaction and each node that a process has.
From that it computes what a training far beyond this machine would take: an estimate on paper.

Seconds of arithmetic are processor time, so that neither other programs nor too few cores count;
an exchange is counted in bytes, and its time on a network computed.
"""

import argparse
import json
import multiprocessing
import pickle
import tempfile
from pathlib import Path
from typing import Any

import torch

from benchmarks.one_worker import draw_seconds, work
from benchmarks.synthetic import INTERACTIONS_A_USER, generate
from benchmarks.worker_costs import (
    LAYERS,
    PLANS,
    STEPS_AN_EPOCH,
    TERMS,
    cost,
    counted_bytes,
    estimate,
    fit_costs,
)
from graphrec.config.params import Params, load_params
from graphrec.config.paths import Paths
from graphrec.config.training import RunParams
from graphrec.data.dataset import Dataset
from graphrec.evaluation.results import save_json
from graphrec.graph.bipartite import build_graph
from graphrec.models.factory import build_model
from graphrec.training.processes import PRELOADED
from graphrec.training.together import divide

DENSITIES = (INTERACTIONS_A_USER, 10)
MANY = 50_000_000


def settings(model: str, interactions: int, workers: int) -> tuple[RunParams, Params]:
    """As the pipeline trains, one negative each, in 40 steps an epoch."""
    params = load_params()
    train = params.train.model_copy(update={"workers": workers, "epochs": 1})
    menu = params.hyperparameters["explicit"]
    options = menu.model_copy(
        update={"batch_size": -(-interactions // STEPS_AN_EPOCH), "num_negatives": 0}
    )
    run = RunParams(
        dataset="generated",
        model=model,  # type: ignore[arg-type]  # argparse has checked it
        layers=LAYERS,
        soft_sampling=False,
        risk="total",
        hyperparameters="generated",
        refit=False,
    )
    changed = {"train": train, "threads": 1, "hyperparameters": {"generated": options}}
    return run, params.model_copy(update=changed)


def measure(data: Dataset, model: str, workers: int, steps: int) -> dict[str, Any]:
    """The worst of `workers` processes in every measure, on the share of data of the mean."""
    interactions = len(data.train)
    run, params = settings(model, interactions, workers)
    torch.manual_seed(params.seed)
    graph = build_graph(data)
    whole = build_model(run, params.of(run), data, graph, None)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED, "benchmarks.one_worker"])
    processes, pipes = [], []
    with tempfile.TemporaryDirectory() as folder:
        for rank, share in enumerate(divide(run, params, data, graph, whole, 1)):
            path = Path(folder, f"share-{rank}")
            path.write_bytes(pickle.dumps(share))
            ours, theirs = context.Pipe()
            process = context.Process(target=work, args=(rank, workers, path, steps, theirs))
            process.start()
            theirs.close()
            processes.append(process)
            pipes.append(ours)
        measured: list[dict[str, float]] = [pipe.recv() for pipe in pipes]
        for process in processes:
            process.join()
    row = {name: max(each[name] for each in measured) for name in measured[0]}
    sizes = {"users": data.num_users, "items": data.num_items, "interactions": interactions}
    own = {"own_users": row.pop("users"), "own_interactions": row.pop("interactions")}
    return {"workers": workers, **sizes, **own, **row}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interactions", nargs="+", type=int, default=[5_000_000])
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2, 4])
    parser.add_argument("--model", choices=["lightgcn", "ngcf"], default="lightgcn")
    parser.add_argument("--steps", type=int, default=6, help="timed, out of 40 an epoch")
    options = parser.parse_args()
    rows = []
    for interactions in options.interactions:
        for density in DENSITIES:
            data = generate(interactions, 0, density)
            for workers in options.workers:
                row = measure(data, options.model, workers, options.steps)
                row["counted_bytes"] = counted_bytes(data.num_items) if workers > 1 else 0
                rows.append(row)
                print(json.dumps({k: round(v, 4) for k, v in row.items()}), flush=True)
    shared = [row for row in rows if row["workers"] > 1]
    costs = fit_costs(shared)
    drawn = draw_seconds(MANY) / MANY
    print(f"draws of {MANY:,} interactions: {drawn * 1e9:.0f} ns each")
    for name in TERMS:
        errors = [abs(cost(costs, name, row) / row[name] - 1) for row in shared]
        print(f"{name}: {costs[name]}, off by {max(errors):.0%} at most")
    # Small orders are drawn in the cache, large ones are not.
    costs["draws_cpu_s"]["interactions"] = max(drawn, costs["draws_cpu_s"]["interactions"])
    plans = [{**vars(plan), **estimate(costs, plan)} for plan in PLANS]
    for plan in plans:
        print(json.dumps({k: round(v, 1) for k, v in plan.items()}))
    path = Paths().root / "reports" / "benchmarks" / f"workers-{options.model}.json"
    save_json(path, {"rows": rows, "costs": costs, "estimates": plans})


if __name__ == "__main__":
    main()
