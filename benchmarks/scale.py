"""How do time and memory of training grow with the data?

`python -m benchmarks.scale 100000 1000000 …` trains `ngcf` (2 layers of 64) on generated data of
each size, in a process of its own, and ranks every item for up to 100,000 users; prints a table and
writes reports/benchmarks/scale.json. The whole graph is propagated each step, so that an epoch has
the same 40 steps at every size: a batch is a fortieth of the data. With `--steps` fewer are timed,
and an epoch is as many times longer. The exponent is the slope of log time over log interactions.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

from benchmarks.synthetic import generate
from graphrec.batches import Batch
from graphrec.comparison import save_json
from graphrec.datasets import MovieLensDataset
from graphrec.fitting import find_device, make_repeatable
from graphrec.graph import build_graph
from graphrec.models import NGCF
from graphrec.paths import Paths
from graphrec.ranking import Seen, top_items
from graphrec.training import train_model

SIZES = [100_000, 1_000_000, 5_000_000, 20_000_000]
STEPS, DIM, LAYERS, THREADS = 40, 64, 2, 2
RANKED_USERS, TOP = 100_000, 10


class First:
    """The first `count` batches of a loader."""

    def __init__(self, loader: DataLoader[Batch], count: int) -> None:
        self.loader = loader
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Batch]:
        return islice(iter(self.loader), self.count)


def measure(interactions: int, steps: int, device: str = "cpu") -> dict[str, float]:
    """Seconds of an epoch and of ranking, and the peak memory after each, in GB."""
    make_repeatable(0, THREADS)
    started = time.perf_counter()
    data = generate(interactions, seed=0)
    there = find_device(device)
    graph = build_graph(data).to(there)
    graph.adjacency()
    model = NGCF(data.num_users, data.num_items, DIM, LAYERS).to(there)
    loader = MovieLensDataset(data, torch.Generator().manual_seed(0)).loader(
        -(-interactions // STEPS)
    )
    made = time.perf_counter()
    ends: list[float] = []
    train_model(
        model,
        graph,
        First(loader, steps),  # type: ignore[arg-type]
        None,
        risk="total",
        monitor="",
        higher_is_better=True,
        epochs=1,
        patience=2,
        learning_rate=0.001,
        final_learning_rate=1.0,
        log_error_weight=1.0,
        averaging=0.0,
        leave_out_targets=False,
        on_epoch=lambda _: ends.append(time.perf_counter()),
    )
    trained = peak_memory()
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
        "epoch_s": (ends[0] - made) * STEPS / steps,
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
    parser.add_argument("--alone", action="store_true", help="measure one size in this process")
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(measure(options.sizes[0], options.steps, options.device)))
        return
    rows = []
    print("| interactions | epoch, s | training, GB | ranking, s (users) | then, GB |")
    print("|---|---|---|---|---|")
    for size in options.sizes:
        command = [sys.executable, "-m", "benchmarks.scale", str(size), "--alone"]
        command += ["--steps", str(options.steps), "--device", options.device]
        told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        row = json.loads(told.splitlines()[-1])
        rows.append(row)
        ranking = f"{row['ranking_s']:.1f} ({row['ranked_users']:,})"
        memory = [f"{row[name]:.2f}" for name in ("training_gb", "ranking_gb")]
        print(
            f"| {size:,} | {row['epoch_s']:.2f} | {memory[0]} | {ranking} | {memory[1]} |",
            flush=True,
        )
    result: dict[str, Any] = {"sizes": rows}
    if len(rows) > 1:
        growth = {name: exponent(rows, name) for name in ("epoch_s", "training_gb")}
        result["growth_exponents"] = growth
        print(f"growth exponents: time {growth['epoch_s']:.2f}, memory {growth['training_gb']:.2f}")
    save_json(Paths().root / "reports" / "benchmarks" / "scale.json", result)


if __name__ == "__main__":
    main()
