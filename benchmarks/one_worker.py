"""Time, memory and traffic of one of several processes that train one model.

Started by benchmarks.workers.
"""

import pickle
import time
import warnings
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor
from torch.utils.data import DataLoader

from benchmarks.processes import peak_memory
from graphrec.data.batches import Batch
from graphrec.data.loaders import LOOKED_UP
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.group import ALONE, Group, ProcessGroup
from graphrec.graph.partition import in_group
from graphrec.models.shares import join
from graphrec.training.fitting import make_loader, make_repeatable
from graphrec.training.loop import train_model
from graphrec.training.together import Share


class TimedGroup(ProcessGroup):
    """Which also says how long it took, the wait for the others included."""

    seconds = 0.0

    def sum_(self, x: Tensor) -> Tensor:
        started = time.perf_counter()
        super().sum_(x)
        self.seconds += time.perf_counter() - started
        return x


class Drawn:
    """Some batches, and what had been used when the step of the first one was over."""

    def __init__(self, batches: list[Batch], loader: DataLoader[Batch], group: Group) -> None:
        self.batches, self.dataset, self.group = batches, loader.dataset, group
        self.began = Marks(group)

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[Batch]:
        for number, batch in enumerate(self.batches):
            if number == 1:
                self.began = Marks(self.group)
            yield batch


class Marks:
    """What has been used so far."""

    def __init__(self, group: Group) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        timed = group if isinstance(group, TimedGroup) else None
        self.exchange = timed.seconds if timed else 0.0
        self.bytes, self.calls = (timed.bytes, timed.calls) if timed else (0, 0)


def measure(share: Share, group: Group, steps: int) -> dict[str, float]:
    """Of the first of `steps` steps all but one; an epoch's draws; the peak memory in GB.

    A process alone trains as the pipeline does with `train.workers: 1`.
    """
    run, params, model = share.run, share.params, share.model
    make_repeatable(params.seed, params.threads)
    join(model, group)
    graph: BipartiteGraph = in_group(share.graph, group)
    loader = share.batches().loader()
    if group is ALONE:
        graph = BipartiteGraph(
            graph.user,
            graph.item,
            graph.num_users,
            graph.num_items,
            graph.edge_type,
            graph.num_relations,
        )
        whole = make_loader(run, params, share.data, graph)
        assert isinstance(whole, DataLoader)
        loader = whole  # type: ignore[assignment]  # it is iterated over, and no more
    began = time.process_time()
    kept: list[Batch] = []
    for batch in loader:
        if len(kept) < steps:
            kept.append(batch)
    draws = time.process_time() - began
    epoch = iter(loader)  # which holds what an epoch draws at once, as long as it lasts
    next(epoch)
    drawn = Drawn(kept, loader, group)
    train_model(
        model,
        graph,
        drawn,  # type: ignore[arg-type]  # all of a loader that the loop uses
        None,
        params.train,
        params.of(run).learning_rate,
        "mse",
        run.risk,
        lambda _: None,
        1,
        None,
        group,
    )
    ended, began_at, counted = Marks(group), drawn.began, len(kept) - 1
    return {
        "users": graph.num_users,
        "interactions": graph.num_edges,
        "memory_gb": peak_memory(),
        "epoch_steps": len(loader),
        "draws_cpu_s": draws,
        "step_cpu_s": (ended.cpu - began_at.cpu) / counted,
        "step_wall_s": (ended.wall - began_at.wall) / counted,
        "step_exchange_s": (ended.exchange - began_at.exchange) / counted,
        # The sums of the epoch's losses are no part of a step.
        "step_bytes": (ended.bytes - began_at.bytes - 16 * (group is not ALONE)) / counted,
        "step_calls": (ended.calls - began_at.calls - (group is not ALONE)) / counted,
    }


def draw_seconds(count: int) -> float:
    """Processor time to draw the order and the negatives' numbers of so many interactions, all of
    which are another process's, in memory far larger than a cache."""
    began = time.process_time()
    row = torch.full((count,), -1, dtype=torch.int32)
    for e_id in torch.randperm(count).split(LOOKED_UP):
        torch.rand(len(e_id), dtype=torch.double)
        (row[e_id] >= 0).nonzero()
    return time.process_time() - began


def work(rank: int, count: int, path: Path, steps: int, pipe: Connection) -> None:
    """What a process does with the share in the file `path`."""
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse ")
        share: Share = pickle.load(file)
    path.unlink()
    group: Group = ALONE
    if count > 1:
        meeting = f"file://{path.with_name('meeting')}"
        dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=count)
        group = TimedGroup()
    pipe.send(measure(share, group, steps))
    if count > 1:
        dist.destroy_process_group()
