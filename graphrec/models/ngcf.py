"""Neural graph collaborative filtering, in matrix form."""

from torch import Tensor, nn

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models.dot_product import DotProductModel, Nodes
from graphrec.models.propagation import ngcf_layer, propagate_layers


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
        vectors = propagate_layers(adjacency, x, x, [*self.layers], dropout)
        return Nodes(vectors, graph.num_users)
