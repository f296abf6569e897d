"""Processes of this machine that train one model together."""

import multiprocessing
import pickle
import tempfile
import warnings
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from graphrec.graph.group import ProcessGroup
from graphrec.training.checkpoint import Checkpoint
from graphrec.training.progress import History
from graphrec.training.together import OnEpoch, Share, Trained, train_share

PRELOADED = [__name__, "torch._dynamo"]
"""Imported once for all processes; the first optimiser would import the second one."""


def train_in_processes(
    count: int, shares: Iterator[Share], on_epoch: OnEpoch, checkpoint: Checkpoint | None = None
) -> list[Trained]:
    """A `Launch`: `count` processes on this machine, which exchange over gloo.

    There is no going on from a `checkpoint`: those of several processes would have to be of the
    same step. Raises RuntimeError when one of them fails, and ends the others.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with tempfile.TemporaryDirectory() as folder:
        processes, pipes = [], []
        try:
            for rank, share in enumerate(shares):
                ours, theirs = context.Pipe()
                path = Path(folder, f"share-{rank}")
                # Its tensors may be larger than what processes can share in memory.
                with path.open("wb") as file:
                    pickle.dump(share, file)
                process = context.Process(target=_work, args=(rank, count, path, theirs))
                process.start()
                theirs.close()
                processes.append(process)
                pipes.append(ours)
            trained = _collect(pipes, on_epoch)
            for process in processes:
                process.join()
            return trained
        finally:
            for process in processes:
                process.kill()


def _collect(pipes: list[Connection], on_epoch: OnEpoch) -> list[Trained]:
    """What comes back, in the order of `pipes`."""
    trained: dict[int, Trained] = {}
    while len(trained) < len(pipes):
        for pipe in wait([pipe for n, pipe in enumerate(pipes) if n not in trained]):
            assert isinstance(pipe, Connection)
            rank = pipes.index(pipe)
            try:
                kind, value = pipe.recv()
            except EOFError:
                raise RuntimeError(
                    f"expected worker {rank} to train on, but it has ended"
                ) from None
            if kind == "epoch":
                on_epoch(value)
            elif kind == "failed":
                raise RuntimeError(f"worker {rank} failed: {value}")
            else:
                users, arrays, history = value
                weights = {name: torch.from_numpy(array) for name, array in arrays.items()}
                trained[rank] = Trained(users, weights, history)
    return [trained[rank] for rank in range(len(pipes))]


def _work(rank: int, count: int, path: Path, pipe: Connection) -> None:
    """What a process does: train the share in the file `path`, which it removes."""
    with path.open("rb") as file, warnings.catch_warnings():
        # Of matrices that come unchecked; they are copies of checked ones.
        warnings.filterwarnings("ignore", message="Sparse ")
        share: Share = pickle.load(file)
    path.unlink()
    meeting = f"file://{path.with_name('meeting')}"
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=count)
    try:
        trained = train_share(share, ProcessGroup(), lambda row: pipe.send(("epoch", row)))
        arrays = {name: weight.numpy() for name, weight in trained.weights.items()}
        value: tuple[range, dict[str, Any], History] = (trained.users, arrays, trained.history)
        pipe.send(("trained", value))
    except Exception as error:  # whatever it is, it is told to the process that waits, and raised
        pipe.send(("failed", f"{type(error).__name__}: {error}"))
        raise
    finally:
        dist.destroy_process_group()
