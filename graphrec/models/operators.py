"""The models' smaller operators."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from graphrec.graph.kernels import Dropout, kernels_for


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, matrix: Tensor, transpose: Tensor, x: Tensor) -> Tensor:
        ctx.transpose = transpose
        result: Tensor = kernels_for(x).product(matrix, x)
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, None, Tensor]:
        return None, None, kernels_for(gradients[0]).product(ctx.transpose, gradients[0])


def propagate_with(matrix: Tensor, transpose: Tensor, x: Tensor) -> Tensor:
    """Product of a CSR matrix (n, m), whose transpose is given, with x (m, columns)."""
    # torch leaves `Function.apply` untyped, here and below.
    product: Tensor = _Product.apply(matrix, transpose, x)  # type: ignore[no-untyped-call]
    return product


def propagate(adjacency: Tensor, x: Tensor) -> Tensor:
    """Product of a symmetric CSR matrix (nodes, nodes) with x (nodes, columns)."""
    return propagate_with(adjacency, adjacency, x)


def drop(x: Tensor, rate: float, first_row: int = 0) -> Tensor:
    """x with each entry at zero with probability `rate`, the others over 1 - rate.

    Unlike torch's dropout it drops the same entries on every device, and of a matrix the same ones
    whether x is the whole of it or its rows from number `first_row` on.
    """
    if rate <= 0:
        return x
    return drop_rows(x, Dropout.draw(rate), first_row)


def drop_rows(x: Tensor, dropout: Dropout, first_row: int = 0) -> Tensor:
    """The same with a `dropout` that has been drawn."""
    dropout = dropout.starting_at(first_row * x.shape[-1])
    scale: Tensor = kernels_for(x).drop_(torch.ones_like(x), dropout)
    return x * scale


class _DotPairs(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, nodes: Tensor, first: Tensor, second: Tensor) -> Tensor:
        ctx.save_for_backward(nodes, first, second)
        result: Tensor = kernels_for(nodes).pair_dots(nodes, first, second)
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        nodes, first, second = ctx.saved_tensors
        return kernels_for(nodes).pair_gradient(gradients[0], nodes, first, second), None, None


def dot_pairs(nodes: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Dot products (n,) of the vectors of two nodes each."""
    products: Tensor = _DotPairs.apply(nodes, first, second)  # type: ignore[no-untyped-call]
    return products


def dot_block(nodes: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Dot products (n, m) of the vectors of each of `first` (n,) with each of `second` (m,)."""
    # The backward of an embedding look-up adds up in order: fast, and the same at every call.
    return F.embedding(first, nodes) @ F.embedding(second, nodes).T
