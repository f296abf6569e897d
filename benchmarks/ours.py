"""Epochs of our own `ngcf` and `lightgcn` on u1.base, one for each line of standard input.

Run by benchmarks.epoch as `python -m benchmarks.ours ngcf data/raw/movielens/u1.base`.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from benchmarks.synthetic import all_training
from graphrec.config.training import TrainParams
from graphrec.data.dataset import Dataset
from graphrec.data.interactions import Interactions
from graphrec.data.loaders import RatingDataset
from graphrec.graph.bipartite import build_graph
from graphrec.models import NGCF, LightGCN
from graphrec.training.fitting import find_device, make_repeatable
from graphrec.training.loop import train_model
from graphrec.training.progress import Row

NUM_USERS, NUM_ITEMS = 943, 1682
EMBEDDING_DIM, BATCH, THREADS = 64, 2048, 2
LEARNING_RATE = 0.001
LAYERS = {"ngcf": 3, "lightgcn": 2}
MANY = 1000


class Stop(Exception):  # noqa: N818  # it ends a training as asked, and is no error
    """Enough epochs."""


def plain_training(epochs: int) -> TrainParams:
    """As the peers train: Adam at one rate, no moving average, messages over the whole graph."""
    return TrainParams(
        epochs=epochs,
        patience=epochs,
        end_factor=1.0,
        log_error_weight=1.0,
        soft_ratio=1.0,
        ema_decay=0.0,
        mask_supervision=False,
        num_neighbors=[],
        workers=1,
    )


def read_base(path: Path) -> Dataset:
    """All ratings of a published file, nothing held out."""
    user, item, rating, seconds = np.loadtxt(path, dtype=np.int64).T
    train = Interactions(user - 1, item - 1, rating.astype(np.float32), seconds)
    return all_training(NUM_USERS, NUM_ITEMS, train)


def train(name: str, data: Dataset, on_epoch: Callable[[Row], None], device: str = "cpu") -> None:
    """Train until Stop in the product's own loop: pairwise log error and squared error."""
    make_repeatable(0, THREADS)
    trains_on = find_device(device)
    graph = build_graph(data).to(trains_on)
    size = (data.num_users, data.num_items, EMBEDDING_DIM, LAYERS[name])
    if name == "ngcf":
        model: NGCF | LightGCN = NGCF(*size, message_dropout=0.1, weight_decay=1e-5)
    else:
        model = LightGCN(*size, weight_decay=1e-5)
    loader = RatingDataset(data, torch.Generator().manual_seed(0)).loader(BATCH)
    options = plain_training(MANY)
    train_model(
        model.to(trains_on), graph, loader, None, options, LEARNING_RATE, "mse", "total", on_epoch
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
