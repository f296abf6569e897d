"""NGCF's propagation where several processes hold the graph."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from graphrec.graph.kernels import Dropout
from graphrec.graph.partition import PartitionedGraph
from graphrec.models.operators import drop_rows, propagate
from graphrec.models.propagation import NEGATIVE_SLOPE, SMALLEST_NORM


def propagate_together(
    graph: PartitionedGraph,
    adjacency: Tensor,
    first: Tensor,
    layers: Sequence[nn.Linear],
    dropout: float,
) -> Tensor:
    """The rows of this process of `propagate_layers` with x = `first`, which all have to call.

    In torch's operators: between the sparse product and the rest of a layer lies an exchange.
    """
    x, outputs = first, [first]
    for layer in layers:
        heard = graph.complete(propagate(adjacency, x))
        x = F.leaky_relu(layer(torch.cat([heard + x, heard * x], dim=1)), NEGATIVE_SLOPE)
        drawn = Dropout.draw(dropout)
        if dropout > 0:
            blocks = x.tensor_split([graph.num_users])
            pairs = zip(blocks, graph.first_rows, strict=True)
            x = torch.cat([drop_rows(block, drawn, row) for block, row in pairs])
        outputs.append(F.normalize(x, dim=1, eps=SMALLEST_NORM))
    return torch.cat(outputs, dim=1)
