"""What processes that train one model together exchange."""

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor


class Group:
    """A process that trains alone: everything is its own, and nothing is exchanged."""

    rank = 0
    size = 1

    def sum_(self, x: Tensor) -> Tensor:
        """x, in place, summed over all processes; each has to call it, in the same order."""
        return x

    def broadcast_(self, x: Tensor) -> Tensor:
        """x, in place, as the first process has it."""
        return x

    def mean(self, values: Tensor) -> float:
        """Of the values (n,) of all processes together. Raises ValueError where there are none."""
        if len(values) == 0:
            raise ValueError("expected values to take the mean of, got none")
        return float(values.mean())


ALONE = Group()


class ProcessGroup(Group):
    """The processes of torch.distributed's default group, which counts what goes through it."""

    def __init__(self) -> None:
        self.rank = dist.get_rank()
        self.size = dist.get_world_size()
        self.bytes = 0
        """Handed to `sum_` so far."""
        self.calls = 0

    def sum_(self, x: Tensor) -> Tensor:
        self.calls += 1
        self.bytes += x.nbytes
        if x.is_contiguous():
            dist.all_reduce(x)
            return x
        summed = x.contiguous()
        dist.all_reduce(summed)
        return x.copy_(summed)

    def mean(self, values: Tensor) -> float:
        pair = torch.tensor([float(values.double().sum()), len(values)], dtype=torch.double)
        total, count = self.sum_(pair).tolist()
        if count == 0:
            raise ValueError("expected values to take the mean of, got none in any process")
        return float(total / count)

    def broadcast_(self, x: Tensor) -> Tensor:
        first = x.contiguous()
        dist.broadcast(first, src=0)
        return x.copy_(first)


class _SumRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, group: Group, start: int) -> Tensor:
        ctx.group, ctx.start = group, start
        ctx.mark_dirty(x)
        group.sum_(x[start:])
        return x

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        gradient = gradients[0].clone(memory_format=torch.contiguous_format)
        ctx.group.sum_(gradient[ctx.start :])
        return gradient, None, None


def sum_rows(x: Tensor, group: Group, start: int = 0) -> Tensor:
    """x (rows, columns), in place, its rows from `start` on summed over the processes of `group`.

    Each process goes on with the same sum and so has a part of its gradient: what comes back is
    summed over them, too.
    """
    # torch leaves `Function.apply` untyped.
    summed: Tensor = _SumRows.apply(x, group, start)  # type: ignore[no-untyped-call]
    return summed
