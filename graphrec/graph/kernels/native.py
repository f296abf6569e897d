"""The passes of a training step compiled from C++, for single precision on a CPU.

What each gives stands in reference.py; a layer of NGCF, which is here alone, is held against
NGCFConv.
"""

from ctypes import CDLL, c_float, c_int64, c_void_p
from functools import cache

import torch
from torch import Tensor

from graphrec.graph.kernels.build import build
from graphrec.graph.kernels.checks import (
    expect_columns,
    expect_floats,
    expect_layout,
    expect_numbers,
)
from graphrec.graph.kernels.dropout import Dropout
from graphrec.graph.kernels.reference import Entries


@cache
def library() -> CDLL | None:
    """The compiled passes; None where there is no compiler."""
    return build()


def product(matrix: Tensor, x: Tensor, out: Tensor | None = None) -> Tensor:
    x, add = x.contiguous(), out is not None
    expect_floats("x", x, matrix.shape[1], -1)
    if out is None:
        out = x.new_empty(matrix.shape[0], x.shape[1])
    expect_floats("out", out, matrix.shape[0], x.shape[1])
    _call("product", *_csr(matrix), x, x.shape[1], out, int(add))
    return out


def select_entries(
    entries: Entries, edge_mask: Tensor, scale: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    offset, column = torch.empty_like(entries.offset), torch.empty_like(entries.column)
    values = scale.new_empty(len(column))
    rows, ends = len(offset) - 1, (entries.edge, entries.first, entries.second)
    expect_layout("edge_mask", edge_mask, torch.bool, -1)
    expect_floats("scale", scale, -1)
    for name, field in zip(Entries._fields, entries, strict=True):
        expect_layout(name, field, torch.int32, rows + 1 if name == "offset" else len(column))
    given = (entries.offset, entries.column, rows, *ends, edge_mask, scale)
    _call("select_entries", *given, offset, column, values)
    count = int(offset[-1])
    return offset, column[:count], values[:count]


def layer(
    matrix: Tensor,
    x: Tensor,
    weight: Tensor,
    bias: Tensor,
    slope: float,
    smallest: float,
    dropout: Dropout,
    unit: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """n = matrix @ x, u = dropout(leaky_relu([n + x, n ⊙ x] weightᵀ + bias)), and u's lengths.

    `matrix` is CSR (rows, rows), x, n and u are (rows, dim), weight (dim, 2 dim), lengths (rows,)
    and at least `smallest`. To `unit` (rows, dim) go the rows of u over their lengths.
    """
    x, (rows, dim) = x.contiguous(), x.shape
    expect_floats("x", x, matrix.shape[1], dim)
    expect_floats("weight", weight, dim, 2 * dim)
    expect_floats("bias", bias, dim)
    expect_columns("unit", unit, rows, dim)
    neighbors, update, norm = torch.empty_like(x), torch.empty_like(x), x.new_empty(rows)
    options = (slope, smallest, *dropout)
    outputs = (neighbors, update, unit, unit.stride(0), norm)
    _call("layer", *_csr(matrix), x, dim, weight, bias, *options, *outputs)
    return neighbors, update, norm


def layer_gradient(
    of_unit: Tensor,
    of_update: Tensor | None,
    x: Tensor,
    neighbors: Tensor,
    update: Tensor,
    unit: Tensor,
    norm: Tensor,
    weight: Tensor,
    slope: float,
    dropout: Dropout,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Gradients of x, n, weight and bias from those of `unit` and, where there is one, of u.

    The gradient of x is that for a given n.
    """
    if of_unit.stride(1) != 1:
        of_unit = of_unit.contiguous()
    x, (rows, dim) = x.contiguous(), x.shape
    for name, block in (("of_unit", of_unit), ("unit", unit)):
        expect_columns(name, block, rows, dim)
    for name, dense in (("of_update", of_update), ("neighbors", neighbors), ("update", update)):
        if dense is not None:
            expect_floats(name, dense, rows, dim)
    expect_floats("x", x, rows, dim)
    expect_floats("weight", weight, dim, 2 * dim)
    expect_floats("norm", norm, rows)
    given = (of_unit, of_unit.stride(0), of_update, x, neighbors, update, unit, unit.stride(0))
    outputs = (torch.empty_like(x), torch.empty_like(x), torch.empty_like(weight))
    of_bias = x.new_empty(dim)
    options = (weight, slope, *dropout)
    _call("layer_gradient", *given, norm, *x.shape, *options, *outputs, of_bias)
    return *outputs, of_bias


def drop_(x: Tensor, dropout: Dropout) -> Tensor:
    expect_floats("x", x, *x.shape)
    _call("drop", x, x.numel(), *dropout)
    return x


def pair_dots(x: Tensor, first: Tensor, second: Tensor) -> Tensor:
    x, first, second = x.contiguous(), first.contiguous(), second.contiguous()
    _expect_pairs(x, first, second)
    out = x.new_empty(len(first))
    _call("pair_dots", x, x.shape[1], first, second, len(first), out)
    return out


def pair_gradient(gradient: Tensor, x: Tensor, first: Tensor, second: Tensor) -> Tensor:
    gradient, x, first, second = (tensor.contiguous() for tensor in (gradient, x, first, second))
    _expect_pairs(x, first, second)
    expect_floats("gradient", gradient, len(first))
    out = torch.empty_like(x)
    _call("pair_gradient", gradient, x, *x.shape, first, second, len(first), out)
    return out


def _expect_pairs(x: Tensor, first: Tensor, second: Tensor) -> None:
    expect_floats("x", x, -1, -1)
    expect_numbers("first", first, len(x))
    expect_numbers("second", second, len(x), len(first))


Argument = Tensor | float | int | None


def _csr(matrix: Tensor) -> tuple[Argument, ...]:
    offset, column = matrix.crow_indices().int(), matrix.col_indices().int()
    values, shape = matrix.values(), matrix.shape
    expect_layout("offset", offset, torch.int32, shape[0] + 1)
    expect_floats("values", values, *column.shape)
    return offset, column, values, *shape


def _call(name: str, *arguments: Argument) -> None:
    function = getattr(library(), name)
    if function.argtypes is None:
        types = {float: c_float, int: c_int64}
        function.argtypes = [types.get(type(argument), c_void_p) for argument in (*arguments, 0)]
    values = [
        argument.data_ptr() if isinstance(argument, Tensor) else argument for argument in arguments
    ]
    function(*values, torch.get_num_threads())
