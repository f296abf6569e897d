"""The models' operators with their derivatives written out.

They pass over memory less often than autograd does; `python -m benchmarks.epoch` says what a step
costs above what it has to.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from graphrec.graph import csr_matrix, multiply

NEGATIVE_SLOPE = 0.2
"""Of NGCF's LeakyReLU, as in the authors' code."""
SMALLEST_NORM = 1e-12
"""Below it a vector is not lengthened any more, as in `torch.nn.functional.normalize`."""


class _Update(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, neighbours: Tensor, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        terms = x.new_empty(len(x), 2 * x.shape[1])
        first, second = terms.chunk(2, dim=1)
        torch.add(neighbours, x, out=first)
        torch.mul(neighbours, x, out=second)
        update = F.leaky_relu_(F.linear(terms, weight, bias), NEGATIVE_SLOPE)
        ctx.save_for_backward(neighbours, x, weight, terms, update)
        return update

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, ...]:
        neighbours, x, weight, terms, update = ctx.saved_tensors
        # A positive slope keeps signs, so that the output tells where the input was negative.
        gradient: Tensor = torch.ops.aten.leaky_relu_backward(
            gradients[0], update, NEGATIVE_SLOPE, True
        )
        of_sum, of_product = (gradient @ weight).chunk(2, dim=1)
        return (
            torch.addcmul(of_sum, of_product, x),
            torch.addcmul(of_sum, of_product, neighbours),
            gradient.T @ terms,
            gradient.sum(dim=0),
        )


def update(neighbours: Tensor, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """LeakyReLU([n + x, n ⊙ x] weightᵀ + bias) of n and x (nodes, dim); weight (dim, 2 dim)."""
    result: Tensor = _Update.apply(neighbours, x, weight, bias)  # type: ignore[no-untyped-call]
    return result


class _UnitRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        norm = torch.linalg.vector_norm(x, dim=1, keepdim=True).clamp_min_(SMALLEST_NORM)
        unit: Tensor = x / norm
        ctx.save_for_backward(unit, norm)
        return unit

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        unit, norm = ctx.saved_tensors
        along: Tensor = (gradients[0] * unit).sum(dim=1, keepdim=True)
        return torch.addcmul(gradients[0], unit, along, value=-1).div_(norm)


def unit_rows(x: Tensor) -> Tensor:
    """The rows of x (nodes, dim) at length 1; a zero row stays."""
    result: Tensor = _UnitRows.apply(x)  # type: ignore[no-untyped-call]
    return result


class _DotPairs(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, nodes: Tensor, first: Tensor, second: Tensor) -> Tensor:
        ctx.save_for_backward(nodes, first, second)
        products: Tensor = nodes.index_select(0, first).mul_(nodes.index_select(0, second))
        return products.sum(dim=1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        # A node's gradient is the weighted sum of its partners: a sparse product, which adds up in
        # a fixed order and makes no vector for every pair.
        nodes, first, second = ctx.saved_tensors
        receiver, order = torch.sort(torch.cat([first, second]), stable=True)
        offsets = torch.zeros(len(nodes) + 1, dtype=torch.int32, device=nodes.device)
        offsets[1:] = torch.bincount(receiver, minlength=len(nodes)).cumsum(0)
        sender = torch.cat([second, first])[order].int()
        values = gradients[0].repeat(2)[order]
        matrix = csr_matrix(offsets, sender, values, (len(nodes), len(nodes)))
        return multiply(matrix, nodes), None, None


def dot_pairs(nodes: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Dot products (n,) of the vectors of two nodes each."""
    products: Tensor = _DotPairs.apply(nodes, first, second)  # type: ignore[no-untyped-call]
    return products


def drop_messages(x: Tensor, rate: float) -> Tensor:
    """x with each entry at zero with probability `rate` (to 2⁻¹⁶), the others over 1 - rate.

    One draw of the generator serves four entries: `torch.dropout` draws one for each, which on a
    CPU takes longer than a layer's products.
    """
    draws = torch.empty(-(-x.numel() // 4), dtype=torch.long, device=x.device)
    draws.random_(-(2**63), None)
    kept = draws.view(torch.int16)[: x.numel()] >= round(rate * 2**16) - 2**15
    return x * kept.view_as(x).to(x.dtype).div_(1 - rate)


def dot_block(nodes: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Dot products (n, m) of the vectors of each of `first` (n,) with each of `second` (m,)."""
    # The backward of an embedding look-up adds up in order: fast, and the same at every call.
    return F.embedding(first, nodes) @ F.embedding(second, nodes).T
