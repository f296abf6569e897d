"""NGCF's propagation through all layers.

Compiled for single precision on a CPU; NGCFConv for any other device or precision. `python -m
benchmarks.epoch` says what a training step costs above what it has to.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional as F

from graphrec.graph.kernels import Dropout, kernels_for, native
from graphrec.models.operators import drop

NEGATIVE_SLOPE = 0.2
"""Of NGCF's LeakyReLU, as in the authors' code."""
SMALLEST_NORM = 1e-12
"""Below it a vector is not lengthened any more, as in `torch.nn.functional.normalize`."""


def ngcf_layer(dim: int) -> nn.Linear:
    """The parameters of an NGCFConv: W1 and W2 side by side, (dim, 2 dim), and the bias (dim,).

    Wang et al. 2019 (arXiv 1905.08108), equation 7; Xavier's scale for each matrix.
    """
    # No NGCFConv itself: PyG takes seconds to import, which the compiled layer need not wait for.
    linear = nn.Linear(2 * dim, dim)
    for matrix in linear.weight.chunk(2, dim=1):
        nn.init.xavier_uniform_(matrix)
    nn.init.zeros_(linear.bias)
    return linear


def propagate_layers(
    adjacency: Tensor, first: Tensor, x: Tensor, layers: Sequence[nn.Linear], dropout: float
) -> Tensor:
    """`first` and each layer's output at length 1, side by side: (nodes, (layers + 1) * dim).

        E ← dropout(LeakyReLU((L + I) E W1 + (L E ⊙ E) W2 + b)), starting from x

    `adjacency` is L (nodes, nodes), symmetric, in CSR; `first` and x are (nodes, dim). The
    interaction term takes L, without the self loop, and the activation is applied to the sum, as in
    the paper; published codes differ. An output is passed on un-normalised. Each of its entries is
    dropped with probability `dropout`, the same ones on every device.
    """
    if kernels_for(x) is native:
        dropouts = [Dropout.draw(dropout) for _ in layers]
        parameters = [parameter for layer in layers for parameter in (layer.weight, layer.bias)]
        # torch leaves `Function.apply` untyped.
        nodes: Tensor = _Propagation.apply(adjacency, dropouts, first, x, *parameters)  # type: ignore[no-untyped-call]
        return nodes
    outputs = [first]
    for layer in layers:
        conv = _conv(layer.out_features)
        x = functional_call(conv, dict(layer.named_parameters()), (x, adjacency))
        x = drop(x, dropout)
        outputs.append(F.normalize(x, dim=1, eps=SMALLEST_NORM))
    return torch.cat(outputs, dim=1)


def propagate_layer(layer: nn.Module, neighbors: Tensor, x: Tensor) -> Tensor:
    """A layer's output for some nodes, un-normalised: (n, dim).

    `neighbors` are their rows of L E, x those of E, (n, dim) each.
    """
    update = layer(torch.cat([neighbors + x, neighbors * x], dim=1))
    return F.leaky_relu(update, NEGATIVE_SLOPE)


@cache
def _conv(dim: int) -> nn.Module:
    """The operator alone: a layer brings its own parameters."""
    from graphrec.models.ngcf_conv import SymmetricNGCFConv

    with torch.device("meta"):
        conv: nn.Module = SymmetricNGCFConv(dim, dim, NEGATIVE_SLOPE, normalize=False)
    return conv


class _Propagation(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        adjacency: Tensor,
        dropouts: Sequence[Dropout],
        first: Tensor,
        x: Tensor,
        *parameters: Tensor,
    ) -> Tensor:
        dim = x.shape[1]
        nodes = x.new_empty(len(x), (len(dropouts) + 1) * dim)
        blocks = nodes.split(dim, dim=1)
        blocks[0].copy_(first)
        ctx.adjacency, ctx.dropouts = adjacency, dropouts
        saved = [nodes, x]
        for unit, weight, bias, dropout in zip(
            blocks[1:], parameters[::2], parameters[1::2], dropouts, strict=True
        ):
            neighbors, update, norm = native.layer(
                adjacency, x, weight, bias, NEGATIVE_SLOPE, SMALLEST_NORM, dropout, unit
            )
            saved += [neighbors, weight, norm, update]
            x = update
        ctx.save_for_backward(*saved)
        return nodes

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Any, ...]:
        nodes, x, *saved = ctx.saved_tensors
        dim = x.shape[1]
        of_blocks, blocks = gradients[0].split(dim, dim=1), nodes.split(dim, dim=1)
        of_x: Tensor | None = None
        of_parameters: list[Tensor] = []
        for number in reversed(range(len(ctx.dropouts))):
            below = saved[4 * number - 1] if number else x
            neighbors, weight, norm, update = saved[4 * number : 4 * number + 4]
            of_x, of_neighbors, of_weight, of_bias = native.layer_gradient(
                of_blocks[number + 1],
                of_x,
                below,
                neighbors,
                update,
                blocks[number + 1],
                norm,
                weight,
                NEGATIVE_SLOPE,
                ctx.dropouts[number],
            )
            native.product(ctx.adjacency, of_neighbors, out=of_x)  # L is symmetric
            of_parameters = [of_weight, of_bias, *of_parameters]
        return None, None, of_blocks[0], of_x, *of_parameters
