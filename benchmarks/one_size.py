"""Time and memory of training on generated data of one size, in this process.

Run by benchmarks.scale as `python -m benchmarks.one_size 100000`; its last line is a JSON object.
"""

import argparse
import json
import resource
import time
from collections.abc import Iterator, Sequence
from itertools import islice

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from benchmarks.ours import LEARNING_RATE, plain_training
from benchmarks.synthetic import generate
from graphrec.data.batches import Batch
from graphrec.data.dataset import Dataset
from graphrec.data.loaders import RatingDataset
from graphrec.evaluation.ranking import Seen, recommend
from graphrec.graph.bipartite import BipartiteGraph, build_graph
from graphrec.graph.neighbors import SubgraphBatch, neighbor_loader
from graphrec.models import NGCF
from graphrec.training.fitting import find_device, make_repeatable
from graphrec.training.loop import train_model

STEPS, EMBEDDING_DIM, LAYERS, THREADS = 40, 64, 2, 2
SAMPLED_BATCH = 2048
RANKED_USERS, K = 100_000, 10


class First:
    """The first `count` batches of a loader, two or more, and when the step of one was over."""

    def __init__(self, loader: DataLoader[Batch] | DataLoader[SubgraphBatch], count: int) -> None:
        self.loader = loader
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
    interactions: int, steps: int, device: str = "cpu", num_neighbors: Sequence[int] = ()
) -> dict[str, float]:
    """Seconds of a step, an epoch and of ranking, and the peak memory after training and ranking.

    Memory is in GB, of the whole process.
    """
    make_repeatable(0, THREADS)
    started = time.perf_counter()
    data = generate(interactions, seed=0)
    trains_on = find_device(device)
    whole = build_graph(data)
    graph = whole.to(trains_on)
    model = NGCF(data.num_users, data.num_items, EMBEDDING_DIM, LAYERS).to(trains_on)
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
    ranking_began = time.perf_counter()
    users = torch.arange(min(RANKED_USERS, data.num_users))
    rank_all(model, graph, data, users)
    return {
        "interactions": interactions,
        "users": data.num_users,
        "items": data.num_items,
        "prepare_s": made - started,
        "step_s": step,
        "epoch_s": ends[0] - made + (len(loader) - len(first)) * step,
        "training_gb": trained,
        "ranked_users": len(users),
        "ranking_s": time.perf_counter() - ranking_began,
        "ranking_gb": peak_memory(),
    }


def make_loader(
    data: Dataset, graph: BipartiteGraph, num_neighbors: Sequence[int]
) -> DataLoader[Batch] | DataLoader[SubgraphBatch]:
    """STEPS batches of the whole graph, or batches that bring sampled parts of it along."""
    dataset = RatingDataset(data, torch.Generator().manual_seed(0))
    if num_neighbors:
        return neighbor_loader(dataset, graph, num_neighbors, SAMPLED_BATCH)
    return dataset.loader(-(-len(data.train) // STEPS))


def rank_all(model: NGCF, graph: BipartiteGraph, data: Dataset, users: Tensor) -> Tensor:
    """The best unseen items of `users` (n,): (n, K)."""
    device = graph.user.device
    items = torch.arange(data.num_items, device=device)
    with torch.no_grad():
        nodes = model(graph)
        return recommend(
            lambda user: model.score_block(nodes, user.to(device), items).cpu(),
            users,
            Seen([data.train], data.num_users),
            K,
        )


def peak_memory() -> float:
    """The most that the process has held so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def add_options(parser: argparse.ArgumentParser) -> None:
    """Those that benchmarks.scale hands on."""
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--num-neighbors", nargs=LAYERS, type=int, default=[])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("interactions", type=int)
    add_options(parser)
    options = parser.parse_args()
    measured = measure(options.interactions, options.steps, options.device, options.num_neighbors)
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
