"""LightGCN, the plain baseline among graph recommenders."""

from torch import Tensor

from graphrec.graph.bipartite import BipartiteGraph
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
        x = total = self.embed(graph)
        if self.num_layers > 0:
            adjacency = graph.adjacency(edge_mask)
            for _ in range(self.num_layers):
                x = propagate(adjacency, x)
                total = total + x
        return Nodes(total / (self.num_layers + 1), graph.num_users)
