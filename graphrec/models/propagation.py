"""NGCF's propagation through all layers, as one operator with its derivative written out.

`python -m benchmarks.epoch` says what a training step costs above what it has to.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from graphrec.graph.kernels import Dropout, kernels_for

NEGATIVE_SLOPE = 0.2
"""Of NGCF's LeakyReLU, as in the authors' code."""
SMALLEST_NORM = 1e-12
"""Below it a vector is not lengthened any more, as in `torch.nn.functional.normalize`."""


def ngcf_layer(dim: int) -> nn.Linear:
    """W1 and W2 side by side, (dim, 2 dim), and the sum of their biases (dim,).

    Wang et al. 2019 (arXiv 1905.08108), equation 7; Xavier's scale for each matrix.
    """
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
    dropped with probability `dropout`.
    """
    drawn = [Dropout.draw(dropout) for _ in layers]
    parameters = [parameter for layer in layers for parameter in (layer.weight, layer.bias)]
    nodes: Tensor = _Propagation.apply(adjacency, drawn, first, x, *parameters)  # type: ignore[no-untyped-call]
    return nodes


class _Propagation(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        adjacency: Tensor,
        dropouts: list[Dropout],
        first: Tensor,
        x: Tensor,
        *parameters: Tensor,
    ) -> Tensor:
        kernels, dim = kernels_for(x), x.shape[1]
        nodes = x.new_empty(len(x), (len(dropouts) + 1) * dim)
        blocks = nodes.split(dim, dim=1)
        blocks[0].copy_(first)
        ctx.adjacency, ctx.dropouts = adjacency, dropouts
        saved = [nodes, x]
        for unit, weight, bias, dropout in zip(
            blocks[1:], parameters[::2], parameters[1::2], dropouts, strict=True
        ):
            neighbours, update, norm = kernels.layer(
                adjacency, x, weight, bias, NEGATIVE_SLOPE, SMALLEST_NORM, dropout, unit
            )
            saved += [neighbours, weight, norm, update]
            x = update
        ctx.save_for_backward(*saved)
        return nodes

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Any, ...]:
        nodes, x, *saved = ctx.saved_tensors
        kernels, dim = kernels_for(x), x.shape[1]
        of_blocks, blocks = gradients[0].split(dim, dim=1), nodes.split(dim, dim=1)
        of_x: Tensor | None = None
        of_parameters: list[Tensor] = []
        for number in reversed(range(len(ctx.dropouts))):
            below = saved[4 * number - 1] if number else x
            neighbours, weight, norm, update = saved[4 * number : 4 * number + 4]
            of_x, of_neighbours, of_weight, of_bias = kernels.layer_gradient(
                of_blocks[number + 1],
                of_x,
                below,
                neighbours,
                update,
                blocks[number + 1],
                norm,
                weight,
                NEGATIVE_SLOPE,
                ctx.dropouts[number],
            )
            kernels.product(ctx.adjacency, of_neighbours, out=of_x)  # L is symmetric
            of_parameters = [of_weight, of_bias, *of_parameters]
        return None, None, of_blocks[0], of_x, *of_parameters
