"""Time and memory of training on generated data of one size, in this process.

Run by benchmarks.scale as `python -m benchmarks.one_size 100000`; its last line is a JSON object.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from benchmarks.ours import LEARNING_RATE, plain_training
from benchmarks.processes import peak_memory
from benchmarks.synthetic import generate
from graphrec.config.params import load_params
from graphrec.config.training import RunParams
from graphrec.data.batches import Batch
from graphrec.data.dataset import Dataset
from graphrec.data.readers.torch_datasets import torch_dataset
from graphrec.evaluation.ranking import Seen, recommend
from graphrec.filters.fit import fit_filters
from graphrec.graph.bipartite import BipartiteGraph, build_graph
from graphrec.graph.neighbors import SubgraphBatch, neighbor_loader
from graphrec.models import NGCF, Recommender
from graphrec.models.factory import build_model
from graphrec.models.trained import TrainedModel
from graphrec.training.fitting import find_device, make_repeatable
from graphrec.training.loop import train_model

STEPS, EMBEDDING_DIM, LAYERS, THREADS = 40, 64, 2, 2
SAMPLED_BATCH = 2048
RANKED_USERS, K = 100_000, 10
FILTERS = ["walk", "low_pass"]


class First:
    """The first `count` batches of a loader, two or more, and when the step of one was over."""

    def __init__(self, loader: DataLoader[Batch] | DataLoader[SubgraphBatch], count: int) -> None:
        self.loader, self.dataset = loader, loader.dataset
        self.count = max(2, min(count, len(loader)))
        self.one_over = 0.0

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Batch | SubgraphBatch]:
        for number, batch in enumerate(islice(iter(self.loader), self.count)):
            yield batch
            if number == 0:
                self.one_over = time.perf_counter()


def measure(
    interactions: int,
    steps: int,
    device: str = "cpu",
    num_neighbors: Sequence[int] = (),
    name: str = "ngcf",
    events: bool = False,
) -> dict[str, float]:
    """Seconds of a step, an epoch and of ranking, and the peak memory after training and ranking.

    Memory is in GB, of the whole process.
    """
    make_repeatable(0, THREADS)
    started = time.perf_counter()
    data = generate(interactions, seed=0)
    if events:
        data = replace(data, about=data.about.model_copy(update={"ratings": None}))
    trains_on = find_device(device)
    whole = build_graph(data)
    graph = whole.to(trains_on)
    model = make_model(name, data, whole).to(trains_on)
    loader = make_loader(data, whole, num_neighbors)
    if not num_neighbors:
        graph.adjacency()
    first = First(loader, steps)
    made = time.perf_counter()
    ends: list[float] = []
    train_model(
        model,
        graph,
        first,  # type: ignore[arg-type]  # all of a loader that the loop uses
        None,
        plain_training(1),
        LEARNING_RATE,
        "mse",
        "total",
        lambda _: ends.append(time.perf_counter()),
    )
    trained = peak_memory()
    step = (ends[0] - first.one_over) / (len(first) - 1)  # the first one also draws the epoch
    epoch = ends[0] - made + (len(loader) - len(first)) * step
    del loader, first  # what ranks holds no batches
    ranking_began = time.perf_counter()
    users = torch.arange(min(RANKED_USERS, data.num_users))
    rank_all(TrainedModel(model.cpu(), whole), data, users)
    return {
        "interactions": interactions,
        "users": data.num_users,
        "items": data.num_items,
        "prepare_s": made - started,
        "step_s": step,
        "epoch_s": epoch,
        "training_gb": trained,
        "ranked_users": len(users),
        "ranking_s": time.perf_counter() - ranking_began,
        "ranking_gb": peak_memory(),
    }


def make_loader(
    data: Dataset, graph: BipartiteGraph, num_neighbors: Sequence[int]
) -> DataLoader[Batch] | DataLoader[SubgraphBatch]:
    """STEPS batches of the whole graph, or batches that bring sampled parts of it along."""
    dataset = torch_dataset(data, torch.Generator().manual_seed(0))
    if num_neighbors:
        return neighbor_loader(dataset, graph, num_neighbors, SAMPLED_BATCH)
    return dataset.loader(-(-len(data.train) // STEPS))


def make_model(name: str, data: Dataset, graph: BipartiteGraph) -> Recommender:
    """NGCF, or NGCF_Final with its networks and FILTERS, which are the same at any size."""
    if name == "ngcf":
        return NGCF(data.num_users, data.num_items, EMBEDDING_DIM, LAYERS)
    params = load_params()
    ranking = params.filters.ranking.model_copy(update={"kinds": FILTERS})
    options = params.filters.model_copy(update={"rating": None, "ranking": ranking})
    run = RunParams(
        dataset="generated",
        model="ngcf_final",
        layers=LAYERS,
        soft_sampling=False,
        risk="total",
        hyperparameters="explicit" if data.explicit else "implicit",
        refit=False,
    )
    filters = fit_filters(data, options, LAYERS, 0)
    return build_model(run, params.of(run), data, graph, filters)


@torch.no_grad()
def rank_all(trained: TrainedModel, data: Dataset, users: Tensor) -> Tensor:
    """The best unseen items of `users` (n,): (n, K)."""
    return recommend(trained.score_items, users, Seen([data.train], data.num_users), K)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Those that benchmarks.scale hands on."""
    parser.add_argument("--model", choices=["ngcf", "ngcf_final"], default="ngcf")
    parser.add_argument("--events", action="store_true", help="no ratings")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--num-neighbors", nargs=LAYERS, type=int, default=[])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("interactions", type=int)
    add_options(parser)
    options = parser.parse_args()
    measured = measure(
        options.interactions,
        options.steps,
        options.device,
        options.num_neighbors,
        options.model,
        options.events,
    )
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
