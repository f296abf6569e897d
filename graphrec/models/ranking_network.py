"""The ranking half of NGCF_Final."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models.operators import dot_pairs, drop, propagate_with
from graphrec.models.propagation import SMALLEST_NORM, ngcf_layer, propagate_layers

INITIAL_DEVIATION = 0.1


class RankingNetwork(nn.Module):
    """NGCF over embeddings made of side features and, where wanted, one of each node's own.

    The initial embedding is e = features W [+ the id's]; all layers' outputs are L2-normalised and
    concatenated with it, and a pair's score is tau * (z_u · z_i) + b_i, with a learned scale
    tau. The item bias starts at the logarithm of the popularity, or is left out without one.
    A node without features or embedding of its own starts at zero, and so has no share in the first
    layer's product term. Shapes: `features` (nodes, columns), CSR with its transpose;
    z (nodes, (layers + 1) * embedding_dim).
    """

    def __init__(
        self,
        features: tuple[Tensor, Tensor],
        num_users: int,
        embedding_dim: int,
        layers: int,
        dropout: float,
        feature_dropout: float,
        edge_dropout: float,
        weight_decay: float,
        id_embedding: bool,
        popularity: Tensor | None,
        logit_scale: float,
    ) -> None:
        super().__init__()
        self.num_users = num_users
        num_nodes, num_columns = features[0].shape
        self.register_buffer("features", features[0], persistent=False)
        self.register_buffer("features_transposed", features[1], persistent=False)
        self.features: Tensor
        self.features_transposed: Tensor
        self.projection = nn.Parameter(torch.randn(num_columns, embedding_dim) * INITIAL_DEVIATION)
        own = torch.randn(num_nodes, embedding_dim) * INITIAL_DEVIATION
        self.id_embedding = nn.Parameter(own) if id_embedding else None
        propagations = [ngcf_layer(embedding_dim) for _ in range(layers)]
        for layer in propagations:
            # Start as the plain propagation (L + I) E, in which closeness already means something.
            of_sum, of_product = layer.weight.chunk(2, dim=1)
            nn.init.eye_(of_sum)
            nn.init.normal_(of_product, std=0.01)
        self.layers = nn.ModuleList(propagations)
        self.dropout = dropout
        self.edge_dropout = edge_dropout
        self.weight_decay = weight_decay
        self.feature_dropout = feature_dropout
        bias = None if popularity is None else torch.log1p(popularity)
        self.item_bias = None if bias is None else nn.Parameter(bias)
        self.logit_scale = nn.Parameter(torch.tensor(logit_scale))

    def forward(self, graph: BipartiteGraph, edge_mask: Tensor | None = None) -> Tensor:
        """(nodes, (layers + 1) * embedding_dim).

        `edge_mask` (edges,) marks what carries messages.
        """
        projection: Tensor = self.projection
        dropout = 0.0
        if self.training:
            dropout = self.dropout
            edge_mask = graph.dropout_edge(self.edge_dropout, edge_mask)
            # A dropped column is dropped for all nodes: the others have to make up for it.
            column_scale = drop(projection.new_ones(len(projection), 1), self.feature_dropout)
            projection = projection * column_scale
        x = propagate_with(self.features, self.features_transposed, projection)
        if self.id_embedding is not None:
            x = x + self.id_embedding
        unit = F.normalize(x, dim=1, eps=SMALLEST_NORM)
        return propagate_layers(graph.adjacency(edge_mask), unit, x, [*self.layers], dropout)

    def score(self, nodes: Tensor, user: Tensor, item: Tensor) -> Tensor:
        """Scores of pairs (n,)."""
        score = self.logit_scale * dot_pairs(nodes, user, item + self.num_users)
        return score if self.item_bias is None else score + self.item_bias[item]

    def score_block(self, nodes: Tensor, user: Tensor, item: Tensor) -> Tensor:
        """Scores of each of `item` (m,) for each of `user` (n,): (n, m)."""
        users = self.logit_scale * F.embedding(user, nodes)
        items = F.embedding(item + self.num_users, nodes)
        if self.item_bias is None:
            return users @ items.T
        return torch.addmm(self.item_bias[item], users, items.T)

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Weight decay on everything but the item biases and the logit scale."""
        undecayed = [p for p in (self.item_bias, self.logit_scale) if p is not None]
        decayed = [p for p in self.parameters() if not any(p is other for other in undecayed)]
        return [{"params": decayed, "weight_decay": self.weight_decay}, {"params": undecayed}]
