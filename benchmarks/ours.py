"""Epochs of our own `ngcf` and `lightgcn` on u1.base, one for each line of standard input.

Run by benchmarks.epoch as `python -m benchmarks.ours ngcf data/raw/movielens/u1.base`.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from graphrec.data.interactions import HeldOut, Interactions, TrainingData
from graphrec.data.loaders import MovieLensDataset
from graphrec.graph.bipartite import build_graph
from graphrec.models import NGCF, LightGCN
from graphrec.training.fitting import find_device, make_repeatable
from graphrec.training.loop import Row, train_model

NUM_USERS, NUM_ITEMS = 943, 1682
DIM, BATCH, THREADS = 64, 2048, 2
LAYERS = {"ngcf": 3, "lightgcn": 2}
MANY = 1000


class Stop(Exception):  # noqa: N818 - no error
    """Enough epochs."""


def read_base(path: Path) -> TrainingData:
    """All ratings of a published file, nothing held out."""
    user, item, rating, seconds = np.loadtxt(path, dtype=np.int64).T
    every = Interactions(user - 1, item - 1, rating.astype(np.float32), seconds)
    nothing = HeldOut(every[np.arange(0)], np.zeros(0, np.int64))
    return TrainingData(NUM_USERS, NUM_ITEMS, every, nothing)


def train(
    name: str, data: TrainingData, on_epoch: Callable[[Row], None], device: str = "cpu"
) -> None:
    """Train until Stop in the product's own loop: pairwise log error and squared error."""
    make_repeatable(0, THREADS)
    there = find_device(device)
    graph = build_graph(data).to(there)
    arguments = (NUM_USERS, NUM_ITEMS, DIM, LAYERS[name])
    if name == "ngcf":
        model: NGCF | LightGCN = NGCF(*arguments, message_dropout=0.1, weight_decay=1e-5)
    else:
        model = LightGCN(*arguments, weight_decay=1e-5)
    loader = MovieLensDataset(data, torch.Generator().manual_seed(0)).loader(BATCH)
    train_model(
        model.to(there),
        graph,
        loader,
        None,
        risk="total",
        monitor="",
        higher_is_better=True,
        epochs=MANY,
        patience=MANY,
        learning_rate=0.001,
        end_factor=1.0,
        log_error_weight=1.0,
        ema_decay=0.0,
        mask_supervision=False,
        on_epoch=on_epoch,
    )


def main(name: str, base: str) -> None:
    data = read_base(Path(base))
    started = time.perf_counter()

    def on_epoch(_: Row) -> None:
        nonlocal started
        print("epoch", time.perf_counter() - started, flush=True)
        if not sys.stdin.readline():
            raise Stop
        started = time.perf_counter()

    try:
        train(name, data, on_epoch)
    except Stop:
        return


if __name__ == "__main__":
    main(*sys.argv[1:])
