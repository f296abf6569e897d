"""How do time and memory of training grow with the data?

`python -m benchmarks.scale 100000 1000000 …` trains `ngcf` (2 layers of 64) on generated data of
each size, in a process of its own, and ranks every item for up to 100,000 users; prints a table and
writes reports/benchmarks/scale.json. The whole graph is propagated each step, so that an epoch has
the same 40 steps at every size: a batch is a fortieth of the data. With `--num-neighbors 10 5` a step
propagates what is sampled around a batch of 2,048, and scale-neighbors.json is written. With
`--steps` so many are timed, and each step that an epoch has beyond them counts as the mean of all
after the first. The exponent is the slope of log time over log interactions.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

from benchmarks.synthetic import generate
from graphrec.config.paths import Paths
from graphrec.data.batches import Batch
from graphrec.data.loaders import MovieLensDataset
from graphrec.evaluation.ranking import Seen, top_items
from graphrec.evaluation.results import save_json
from graphrec.graph.bipartite import build_graph
from graphrec.graph.neighbors import neighbor_loader
from graphrec.models import NGCF
from graphrec.training.fitting import find_device, make_repeatable
from graphrec.training.loop import train_model

SIZES = [100_000, 1_000_000, 5_000_000, 20_000_000]
STEPS, DIM, LAYERS, THREADS = 40, 64, 2, 2
SAMPLED_BATCH = 2048
RANKED_USERS, TOP = 100_000, 10


class First:
    """The first `count` batches of a loader, two or more, and when the step of one was over."""

    def __init__(self, loader: DataLoader[Batch], count: int) -> None:
        self.loader = loader
        self.count = max(2, min(count, len(loader)))
        self.one_over = 0.0

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Batch]:
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
    there = find_device(device)
    whole = build_graph(data)
    graph = whole.to(there)
    model = NGCF(data.num_users, data.num_items, DIM, LAYERS).to(there)
    dataset = MovieLensDataset(data, torch.Generator().manual_seed(0))
    if num_neighbors:
        loader = neighbor_loader(dataset, whole, num_neighbors, SAMPLED_BATCH)
    else:
        graph.adjacency()
        loader = dataset.loader(-(-interactions // STEPS))
    first = First(loader, steps)
    made = time.perf_counter()
    ends: list[float] = []
    train_model(
        model,
        graph,
        first,  # type: ignore[arg-type]  # all of a loader that the loop uses
        None,
        risk="total",
        monitor="",
        higher_is_better=True,
        epochs=1,
        patience=2,
        learning_rate=0.001,
        end_factor=1.0,
        log_error_weight=1.0,
        ema_decay=0.0,
        mask_supervision=False,
        on_epoch=lambda _: ends.append(time.perf_counter()),
    )
    trained = peak_memory()
    step = (ends[0] - first.one_over) / (len(first) - 1)  # the first one also draws the epoch
    ranking_began = time.perf_counter()
    users = torch.arange(min(RANKED_USERS, data.num_users))
    every = torch.arange(data.num_items, device=there)
    with torch.no_grad():
        nodes = model(graph)
        top_items(
            lambda user: model.score_block(nodes, user.to(there), every).cpu(),
            users,
            Seen([data.train], data.num_users),
            TOP,
        )
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


def peak_memory() -> float:
    """The most that the process has held so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def exponent(rows: list[dict[str, Any]], name: str) -> float:
    """Slope of log `name` over log interactions, by least squares."""
    logs = np.log([[row["interactions"], row[name]] for row in rows]).T
    return float(np.polyfit(logs[0], logs[1], 1)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--num-neighbors", nargs=LAYERS, type=int, default=[])
    parser.add_argument("--alone", action="store_true", help="measure one size in this process")
    options = parser.parse_args()
    if options.alone:
        measured = measure(options.sizes[0], options.steps, options.device, options.num_neighbors)
        print(json.dumps(measured))
        return
    rows = []
    print("| interactions | step, s | epoch, s | training, GB | ranking, s (users) | then, GB |")
    print("|---|---|---|---|---|---|")
    for size in options.sizes:
        command = [sys.executable, "-m", "benchmarks.scale", str(size), "--alone"]
        command += ["--steps", str(options.steps), "--device", options.device]
        command += (
            ["--num-neighbors", *map(str, options.num_neighbors)] if options.num_neighbors else []
        )
        told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        row = json.loads(told.splitlines()[-1])
        rows.append(row)
        ranking = f"{row['ranking_s']:.1f} ({row['ranked_users']:,})"
        memory = [f"{row[name]:.2f}" for name in ("training_gb", "ranking_gb")]
        print(
            f"| {size:,} | {row['step_s']:.3f} | {row['epoch_s']:.2f} | {memory[0]} | {ranking} "
            f"| {memory[1]} |",
            flush=True,
        )
    result: dict[str, Any] = {"sizes": rows}
    if options.num_neighbors:
        result |= {"num_neighbors": options.num_neighbors, "batch_size": SAMPLED_BATCH}
    if len(rows) > 1:
        growth = {name: exponent(rows, name) for name in ("epoch_s", "training_gb")}
        result["growth_exponents"] = growth
        print(f"growth exponents: time {growth['epoch_s']:.2f}, memory {growth['training_gb']:.2f}")
    name = "scale-neighbors.json" if options.num_neighbors else "scale.json"
    save_json(Paths().root / "reports" / "benchmarks" / name, result)


if __name__ == "__main__":
    main()
