"""Passes of a training step in torch's own operators: the oracle of the compiled ones."""

from typing import NamedTuple

import torch
from torch import Tensor

from graphrec.graph.kernels.dropout import Dropout
from graphrec.graph.sparse import csr_matrix


def product(matrix: Tensor, x: Tensor, out: Tensor | None = None) -> Tensor:
    """matrix @ x (rows, dim) of a CSR matrix (rows, n) and x (n, dim), added to `out` if given."""
    if x.device.type == "cpu":
        # A row is a weighted bag of x's rows: half the time of MKL's sparse product.
        bags: tuple[Tensor, ...] = torch.embedding_bag(
            x.detach(),  # so that it does not prepare for a derivative of its own
            matrix.col_indices(),
            matrix.crow_indices(),
            mode=0,
            per_sample_weights=matrix.values(),
            include_last_offset=True,
        )
        result = bags[0]
    else:
        result = matrix @ x
    return result if out is None else out.add_(result)


class Entries(NamedTuple):
    """Entries of a matrix in the order of CSR, each of an edge and scaled by two nodes."""

    offset: Tensor
    """(rows + 1,) where each row starts."""
    column: Tensor
    """(entries,)"""
    edge: Tensor
    """(entries,)"""
    first: Tensor
    """(entries,)"""
    second: Tensor
    """(entries,)"""


def select_entries(
    entries: Entries, edge_mask: Tensor, scale: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Offsets, columns and values of the entries whose edge `edge_mask` (edges,) marks.

    A value is scale[first] * scale[second], of `scale` (nodes,).
    """
    marked = edge_mask.index_select(0, entries.edge)
    chosen = marked.nonzero().squeeze(1)
    count = torch.zeros(len(marked) + 1, dtype=torch.int32, device=marked.device)
    torch.cumsum(marked, 0, dtype=torch.int32, out=count[1:])
    first, second = (scale.index_select(0, end[chosen]) for end in (entries.first, entries.second))
    return count[entries.offset], entries.column[chosen], first * second


def drop_(x: Tensor, dropout: Dropout) -> Tensor:
    """x, in place, with the entries that `dropout` drops at zero and the others scaled."""
    if dropout.least:
        number = torch.arange(x.numel(), device=x.device).view_as(x)
        drawn = _mix(_mix((number + dropout.low) & _BITS) ^ dropout.high)
        x.mul_((drawn >= dropout.least).to(x.dtype).mul_(dropout.scale))
    return x


_BITS = 2**32 - 1


def _mix(number: Tensor) -> Tensor:
    """The finaliser of MurmurHash3 (Appleby 2011) for 32-bit numbers in 64 bits."""
    number = ((number ^ (number >> 16)) * 0x85EBCA6B) & _BITS
    number = ((number ^ (number >> 13)) * 0xC2B2AE35) & _BITS
    return number ^ (number >> 16)


def pair_dots(x: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Dot products (n,) of rows `first` and `second` (n,) of x (rows, dim)."""
    return x.index_select(0, first).mul_(x.index_select(0, second)).sum(dim=1)


def pair_gradient(gradient: Tensor, x: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """Gradient of x (rows, dim) from that of the dot products (n,)."""
    # A row's gradient is the weighted sum of its partners: a sparse product, which adds up in a
    # fixed order and makes no vector for every pair.
    receiver, order = torch.sort(torch.cat([first, second]), stable=True)
    offset = torch.zeros(len(x) + 1, dtype=torch.int32, device=x.device)
    offset[1:] = torch.bincount(receiver, minlength=len(x)).cumsum(0)
    sender = torch.cat([second, first])[order].int()
    weight = gradient.repeat(2)[order]
    return product(csr_matrix(offset, sender, weight, (len(x), len(x))), x)
