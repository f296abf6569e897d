"""Neural graph collaborative filtering, in matrix form."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.new_edges import NewEdges
from graphrec.graph.partition import PartitionedGraph
from graphrec.models.dot_product import DotProductModel, Nodes
from graphrec.models.operators import propagate
from graphrec.models.propagation import (
    SMALLEST_NORM,
    ngcf_layer,
    propagate_layer,
    propagate_layers,
)
from graphrec.models.propagation_together import propagate_together


class NGCF(DotProductModel):
    """Wang et al. 2019, arXiv 1905.08108: embeddings, `layers` propagations, all concatenated.

    Each layer's output is L2-normalised for the concatenation and passed on un-normalised; the
    initial embeddings enter as they are. Message dropout acts on a layer's output, node dropout
    leaves edges out of the graph (the degrees follow); both are off at evaluation.
    """

    def __init__(
        self,
        num_users: int,
        num_items: int,
        embedding_dim: int,
        layers: int,
        message_dropout: float = 0.0,
        node_dropout: float = 0.0,
        weight_decay: float = 0.0,
        offset: float | None = 0.0,
    ) -> None:
        super().__init__(num_users, num_items, embedding_dim, weight_decay, offset)
        self.layers = nn.ModuleList(ngcf_layer(embedding_dim) for _ in range(layers))
        self.message_dropout = message_dropout
        self.node_dropout = node_dropout

    def forward(self, graph: BipartiteGraph, edge_mask: Tensor | None = None) -> Nodes:
        """Node embeddings (nodes, (layers + 1) * embedding_dim).

        `edge_mask` (edges,) marks what carries messages.
        """
        if self.training and self.node_dropout > 0:
            edge_mask = graph.dropout_edge(self.node_dropout, edge_mask)
        x = self.embed(graph)
        dropout = self.message_dropout if self.training else 0.0
        adjacency = graph.adjacency(edge_mask)
        if isinstance(graph, PartitionedGraph):
            vectors = propagate_together(graph, adjacency, x, [*self.layers], dropout)
        else:
            vectors = propagate_layers(adjacency, x, x, [*self.layers], dropout)
        return Nodes(vectors, graph.num_users)

    def outputs(self, graph: BipartiteGraph) -> list[Tensor]:
        """The initial embedding and each layer's output, (nodes, embedding_dim) each, no dropout.

        They are not normalised yet, as layers pass them on.
        """
        outputs = [self.embed(graph)]
        adjacency = graph.adjacency()
        for layer in self.layers:
            outputs.append(propagate_layer(layer, propagate(adjacency, outputs[-1]), outputs[-1]))
        return outputs

    def vectors(self, outputs: list[Tensor]) -> Tensor:
        """What nodes with these outputs are scored by: (nodes, (layers + 1) * embedding_dim)."""
        units = [F.normalize(x, dim=1, eps=SMALLEST_NORM) for x in outputs[1:]]
        return torch.cat([outputs[0], *units], dim=1)

    def shares(self, outputs: list[Tensor]) -> list[Tensor]:
        """What each output adds to `vectors`: a block of its own."""
        vectors, dim = self.vectors(outputs), outputs[0].shape[1]
        block = torch.arange(vectors.shape[1]) // dim
        return [vectors * (block == number) for number in range(len(outputs))]

    def fold_in(self, items: list[Tensor], edges: NewEdges, x: Tensor) -> list[Tensor]:
        """Outputs of new users with initial embeddings x (num_users, embedding_dim).

        `items` are the items' part of `outputs`, which stay as they are.
        """
        outputs = [x]
        for layer, of_items in zip(self.layers, items[:-1], strict=True):
            outputs.append(propagate_layer(layer, edges.propagate(of_items), outputs[-1]))
        return outputs
