"""LightGCN, the plain baseline among graph recommenders."""

import torch
from torch import Tensor

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.new_edges import NewEdges
from graphrec.models.dot_product import DotProductModel, Nodes
from graphrec.models.operators import propagate


class LightGCN(DotProductModel):
    """He et al. 2020 (arXiv 2002.02126): the mean of E, L E, L² E, …, and nothing learned but E.

    With 0 layers it is matrix factorisation.
    """

    def __init__(
        self,
        num_users: int,
        num_items: int,
        embedding_dim: int,
        layers: int,
        weight_decay: float = 0.0,
        offset: float | None = 0.0,
    ) -> None:
        super().__init__(num_users, num_items, embedding_dim, weight_decay, offset)
        self.num_layers = layers

    def forward(self, graph: BipartiteGraph, edge_mask: Tensor | None = None) -> Nodes:
        """Node embeddings (nodes, embedding_dim).

        `edge_mask` (edges,) marks what carries messages.
        """
        return Nodes(self.vectors(self.outputs(graph, edge_mask)), graph.num_users)

    def outputs(self, graph: BipartiteGraph, edge_mask: Tensor | None = None) -> list[Tensor]:
        """The initial embedding and what each layer makes of it, (nodes, embedding_dim) each."""
        outputs = [self.embed(graph)]
        if self.num_layers > 0:
            adjacency = graph.adjacency(edge_mask)
            for _ in range(self.num_layers):
                outputs.append(graph.complete(propagate(adjacency, outputs[-1])))
        return outputs

    def vectors(self, outputs: list[Tensor]) -> Tensor:
        """What nodes with these outputs are scored by: (nodes, embedding_dim)."""
        return sum(outputs[1:], outputs[0]) / len(outputs)

    def length(self, outputs: list[Tensor]) -> Tensor:
        """What their sum is divided by in `vectors`: (nodes, 1)."""
        return torch.full((len(outputs[0]), 1), float(len(outputs)))

    def shares(self, outputs: list[Tensor]) -> list[Tensor]:
        """What each output adds to `vectors`."""
        return [x / self.length(outputs) for x in outputs]

    def fold_in(self, items: list[Tensor], edges: NewEdges, x: Tensor) -> list[Tensor]:
        """Outputs of new users with initial embeddings x (num_users, embedding_dim).

        `items` are the items' part of `outputs`, which stay as they are.
        """
        return [x, *(edges.propagate(layer) for layer in items[:-1])]
