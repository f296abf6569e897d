"""The least time that a training step of NGCF can take on this machine, from measured ceilings.

What has to be done is counted; how fast the machine does each kind of it is measured in the same
run, on the same shapes and with the same threads:

    sparse   2 layers products of L with (nodes, dim): one forward, one backward a layer
    dense    3 layers matrix products: (nodes, 2 dim) by (2 dim, dim), and its two derivatives
    memory   what elementwise work, look-ups and the optimiser must read and write, were each layer
             a single pass over memory in each direction, beside its products, over the rate of a
             triad a + b → c

Each is measured by going through operands that together are as large as a step's: when a step comes
to a matrix, what lay between has driven it from the nearest cache. With operands that stay there,
`hot`, products are faster than in any step.

Not counted, and so above the floor: drawing batches and negatives, the errors, dropout's random
numbers, Python, waiting of threads for each other, any second pass over memory.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from graphrec.graph.kernels import kernels_for

BYTES = 4
PASSES = 1 + 8
"""(nodes, dim) matrices read or written a layer.

Forward: the products read E and write L E and the output; its rows at length 1 go out (1).
Backward: E, L E, the output, its rows at length 1 and the gradients of both in, those of E and of
L E out (8).
"""
OPTIMISER_PASSES = 7
"""Adam reads weight, gradient and two moments and writes all but the gradient."""
REPEATS = 5


@dataclass(frozen=True)
class Step:
    """The sizes of a step."""

    adjacency: Tensor
    dim: int
    layers: int
    batch: int

    @property
    def nodes(self) -> int:
        return int(self.adjacency.shape[0])

    def sparse_flops(self) -> int:
        return 2 * self.layers * 2 * len(self.adjacency.values()) * self.dim

    def dense_flops(self) -> int:
        return 3 * self.layers * 2 * self.nodes * 2 * self.dim * self.dim

    def memory_bytes(self) -> int:
        """Of elementwise work, of the pairs' look-ups (a user and two items each, forward and
        backward, and the gradient of all nodes) and of the optimiser."""
        elementwise = self.layers * PASSES * self.nodes * self.dim
        pairs = (2 * 3 * self.batch + self.nodes) * (self.layers + 1) * self.dim
        weights = self.nodes * self.dim + self.layers * 2 * (self.dim + 1) * self.dim
        return BYTES * (elementwise + pairs + OPTIMISER_PASSES * weights)


def floor_seconds(step: Step, hot: bool = False) -> dict[str, float]:
    """Seconds that each kind of work must take, measured now."""
    count = 1 if hot else PASSES * step.layers // 3
    operands = [
        (torch.randn(step.nodes, step.dim), torch.randn(step.nodes, 2 * step.dim))
        for _ in range(count)
    ]
    weight = torch.randn(step.dim, 2 * step.dim)
    product = kernels_for(weight).product

    def each(run: Callable[[Tensor, Tensor], object]) -> Callable[[], object]:
        return lambda: [run(x, terms) for x, terms in operands]

    sparse = fastest(
        each(lambda x, _: product(step.adjacency, x)), each(lambda x, _: step.adjacency @ x)
    )
    dense = sum(
        fastest(each(run))
        for run in (
            lambda _, terms: terms @ weight.T,
            lambda x, _: x @ weight,
            lambda x, terms: x.T @ terms,
        )
    )
    return {
        "sparse": 2 * step.layers * sparse / count,
        "dense": step.layers * dense / count,
        "memory": step.memory_bytes() / triad_rate(step),
    }


def triad_rate(step: Step) -> float:
    """Bytes a second of a + b → c over matrices that together are as large as a step's."""
    count = max(3, PASSES * step.layers // 3 * 3)
    arrays = [torch.randn(step.nodes, step.dim) for _ in range(count)]

    def triads() -> None:
        for a, b, c in zip(arrays[::3], arrays[1::3], arrays[2::3], strict=True):
            torch.add(a, b, out=c)

    return count * step.nodes * step.dim * BYTES / fastest(triads)


def fastest(*candidates: Callable[[], object]) -> float:
    """Median seconds of the candidate that takes least."""
    return min(statistics.median(timed(run) for _ in range(REPEATS)) for run in candidates)


def timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started
