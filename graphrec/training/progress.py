"""How far a training has come, and all that it takes to go on from there."""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.utils.data import DataLoader

from graphrec.training.checkpoint import Checkpoint, State
from graphrec.training.ema import WeightAverage

Row = dict[str, float]
"""What one epoch is described by."""


@dataclass
class History:
    """A row an epoch, and which epoch was best on validation."""

    rows: list[Row] = field(default_factory=list)
    best_epoch: int = 0


class Progress:
    """Epoch and step, sums of the epoch, history and the best weights, of a training's own parts.

    With a `checkpoint` it begins where that one was written, and writes the next when it is due.
    Batches of the epoch that were trained on before are drawn again and passed over, so that all
    generators are where they were; a step then gives what it would have given, to the bit. All
    draws of a training are from torch's generators on the CPU.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer,
        schedule: LRScheduler,
        average: WeightAverage,
        loader: DataLoader[Any],
        checkpoint: Checkpoint | None,
    ) -> None:
        self.model, self.optimizer, self.schedule = model, optimizer, schedule
        self.average, self.loader, self.checkpoint = average, loader, checkpoint
        # torch types a loader's dataset as any; ours draw from a generator of their own.
        self.generator: torch.Generator = loader.dataset.generator  # type: ignore[attr-defined]
        self.epoch, self.step = 1, 0
        self.sums = torch.zeros(4, device=average.weights[0].device)
        self.epoch_start = self.generator.get_state()
        self.history = History()
        self.best_value = -math.inf
        self.best_weights = weights_of(model)
        if checkpoint is not None and (state := checkpoint.load()) is not None:
            self._restore(state)
            print(
                f"training goes on in epoch {self.epoch} after step {self.step} of {len(loader)}",
                file=sys.stderr,
                flush=True,
            )

    def batches(self) -> Iterator[Any]:
        """Those of the epoch that are still to come."""
        if self.step == 0:
            return iter(self.loader)
        with torch.random.fork_rng(devices=[]):
            batches = iter(self.loader)
            for _ in range(self.step):
                next(batches)
        return batches

    def end_step(self) -> None:
        self.step += 1
        self._save_if_due()

    def end_epoch(self) -> None:
        self.epoch, self.step = self.epoch + 1, 0
        self.sums.zero_()
        self.epoch_start = self.generator.get_state()
        self._save_if_due()

    def end(self) -> None:
        """What has a checkpoint need not be trained again, whatever happens to what comes next."""
        if self.checkpoint is not None and self.checkpoint.path.exists():
            self.checkpoint.save(self._state())

    def _save_if_due(self) -> None:
        if self.checkpoint is not None and self.checkpoint.due():
            self.checkpoint.save(self._state())

    def _state(self) -> State:
        optimizer = self.optimizer.state_dict()
        tensors = {
            "sums": self.sums,
            "global_generator": torch.get_rng_state(),
            "epoch_start": self.epoch_start,
            **_under("weights", weights_of(self.model)),
            **_under("best_weights", self.best_weights),
            **_under("average", self._averages()),
        }
        for number, moments in optimizer["state"].items():
            tensors |= _under(f"optimizer.{number}", moments)
        facts = {
            "epoch": self.epoch,
            "step": self.step,
            "best_value": self.best_value,
            "best_epoch": self.history.best_epoch,
            "rows": self.history.rows,
            "learning_rates": [group["lr"] for group in optimizer["param_groups"]],
            "schedule": self.schedule.state_dict(),
        }
        return State(tensors, facts)

    def _restore(self, state: State) -> None:
        tensors, facts = state
        self.epoch, self.step = facts["epoch"], facts["step"]
        self.best_value = facts["best_value"]
        self.history = History(facts["rows"], facts["best_epoch"])
        self.sums.copy_(tensors["sums"])
        self.epoch_start = tensors["epoch_start"]
        self.generator.set_state(self.epoch_start)
        torch.set_rng_state(tensors["global_generator"])
        self.model.load_state_dict(_below("weights", tensors), strict=False)
        self.best_weights = _below("best_weights", tensors)
        for name, average in self._averages().items():
            average.copy_(tensors[f"average.{name}"])
        optimizer = self.optimizer.state_dict()
        for group, learning_rate in zip(
            optimizer["param_groups"], facts["learning_rates"], strict=True
        ):
            group["lr"] = learning_rate
            for number in group["params"]:
                if moments := _below(f"optimizer.{number}", tensors):
                    optimizer["state"][number] = moments
        self.optimizer.load_state_dict(optimizer)
        self.schedule.load_state_dict(facts["schedule"])

    def _averages(self) -> dict[str, Tensor]:
        """Those of the weights by their number, unless they are the weights themselves."""
        averages = self.average.average if self.average.factor > 0 else []
        return {str(number): average for number, average in enumerate(averages)}


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """Copies of what is trained; filters among the buffers may be large, and stay as they are."""
    return {name: weight.detach().clone() for name, weight in model.named_parameters()}


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Those that `_under` has put under the prefix."""
    start = f"{prefix}."
    return {
        name.removeprefix(start): tensor
        for name, tensor in tensors.items()
        if name.startswith(start)
    }
