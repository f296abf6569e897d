"""Processes that Ray starts, on this machine or on a cluster, to train one model together."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import ray
from ray import train as ray_train
from ray.train import CheckpointConfig, FailureConfig, RunConfig, ScalingConfig
from ray.train.torch import TorchConfig, TorchTrainer
from ray.util.queue import Queue
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import graphrec
from graphrec.graph.group import ProcessGroup
from graphrec.training.checkpoint import Checkpoint, State
from graphrec.training.loop import DivergedError
from graphrec.training.progress import History
from graphrec.training.together import OnEpoch, Share, Trained, train_share

MAX_FAILURES = 8
"""Times that a training goes on after the loss of a worker."""


def train_on_ray(
    count: int, shares: Iterator[Share], on_epoch: OnEpoch, checkpoint: Checkpoint | None = None
) -> list[Trained]:
    """A `Launch`: Ray Train's workers on the cluster of $RAY_ADDRESS, or on this machine alone.

    After each epoch all write what they have to $RAY_STORAGE, a folder that all machines see, or to
    that of `checkpoint`. When one is lost they begin anew with the last epoch that all have
    written; when this process is lost, so does the next with the same `checkpoint`.
    """
    with _cluster(count), _storage(checkpoint) as folder:
        references = [ray.put(share) for share in shares]
        mark = checkpoint.fingerprint if checkpoint else ""
        rows = Queue(actor_options={"scheduling_strategy": _here()})
        relay = Relay(rows, on_epoch)
        trainer = TorchTrainer(
            _work,
            train_loop_config={"shares": references, "rows": rows, "fingerprint": mark},
            scaling_config=ScalingConfig(num_workers=count),
            run_config=RunConfig(
                # One of the same name would go on where the other was.
                name=f"{checkpoint.path.stem}-{count}-{mark[:16]}" if checkpoint else "fit",
                storage_path=str(folder.absolute()),
                failure_config=FailureConfig(max_failures=MAX_FAILURES),
                checkpoint_config=CheckpointConfig(num_to_keep=2),
            ),
            torch_config=TorchConfig(backend="gloo"),
        )
        with relay:
            result = trainer.fit()
        if relay.error is not None:
            raise DivergedError(relay.error)
        assert result.checkpoint is not None  # an epoch ended
        with result.checkpoint.as_directory() as path:
            users = [share.users for share in ray.get(references)]
            return [_read(Path(path), rank, users[rank], mark) for rank in range(count)]


def _read(folder: Path, rank: int, users: range, mark: str) -> Trained:
    """What a worker has written last."""
    state = Checkpoint(folder, mark, name=f"worker-{rank}").load()
    if state is None:
        raise RuntimeError(f"expected the weights of worker {rank} in {folder}, got none")
    prefix = "best_weights."
    weights = {
        name.removeprefix(prefix): tensor
        for name, tensor in state.tensors.items()
        if name.startswith(prefix)
    }
    return Trained(users, weights, History(state.facts["rows"], state.facts["best_epoch"]))


def _work(config: dict[str, Any]) -> None:
    """What a worker does."""
    rank = ray_train.get_context().get_world_rank()
    share: Share = ray.get(config["shares"][rank])
    rows: Queue = config["rows"]
    with tempfile.TemporaryDirectory() as folder:
        steps = share.steps
        checkpoint = EpochCheckpoint(Path(folder), config["fingerprint"], f"worker-{rank}", steps)
        try:
            train_share(share, ProcessGroup(), rows.put, checkpoint)
        except DivergedError as error:  # of all workers at once, and so it would be again
            if rank == 0:
                rows.put(str(error))


class EpochCheckpoint(Checkpoint):
    """After each epoch of `steps` steps; it counts when all workers have written theirs."""

    def __init__(self, folder: Path, fingerprint: str, name: str, steps: int) -> None:
        super().__init__(folder, fingerprint, name=name)
        self.steps, self.asked = steps, 0

    def due(self) -> bool:
        self.asked += 1  # after each step, and after the epoch
        return self.asked % (self.steps + 1) == 0

    def save(self, state: State) -> None:
        """Raises OSError if it cannot be written: the others must not go on with theirs alone."""
        self.path.unlink(missing_ok=True)
        super().save(state)
        if not self.path.exists():
            raise OSError(f"expected to write {self.path}, got none: make room there")
        written = ray_train.Checkpoint.from_directory(self.folder)
        ray_train.report({"epoch": state.facts["epoch"] - 1}, checkpoint=written)

    def load(self) -> State | None:
        last = ray_train.get_checkpoint()
        if last is None:
            return None
        with last.as_directory() as path:
            state = Checkpoint(Path(path), self.fingerprint, name=self.path.stem).load()
        if state is None:  # the others have theirs, and would go on alone
            raise RuntimeError(f"expected {self.path.name} in {last.path}, got none: remove it all")
        return state


class Relay:
    """While the block runs, hands what workers put in a queue to a callback, each epoch once."""

    def __init__(self, rows: Queue, on_epoch: OnEpoch) -> None:
        self.rows, self.on_epoch = rows, on_epoch
        self.error: str | None = None
        self.thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.rows.put(None)
        self.thread.join()

    def _run(self) -> None:
        last = 0.0
        while (row := self.rows.get()) is not None:
            if isinstance(row, str):
                self.error = row
            elif row["epoch"] > last:
                last = row["epoch"]
                self.on_epoch(row)


def _here() -> NodeAffinitySchedulingStrategy:
    """On the node of this process: what is there is lost with no other node."""
    return NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)


@contextmanager
def _cluster(count: int) -> Iterator[None]:
    """Connected to Ray, and to one of this machine's own if there is no other."""
    if ray.is_initialized():
        yield
        return
    if "RAY_ADDRESS" in os.environ:
        # The same code everywhere, whatever the machines have installed.
        library = {"py_modules": [str(Path(graphrec.__file__).parent)]}
        ray.init(runtime_env=library, log_to_driver=False)
    else:
        cpus = max(count, os.cpu_count() or 1)
        ray.init(num_cpus=cpus, include_dashboard=False, log_to_driver=False)
    try:
        yield
    finally:
        ray.shutdown()


@contextmanager
def _storage(checkpoint: Checkpoint | None) -> Iterator[Path]:
    shared = os.environ.get("RAY_STORAGE")
    if checkpoint is None:
        with tempfile.TemporaryDirectory(dir=shared) as temporary:
            yield Path(temporary)
        return
    folder = Path(shared) if shared else checkpoint.folder
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
