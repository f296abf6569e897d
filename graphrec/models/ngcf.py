"""Neural graph collaborative filtering, in matrix form."""

from typing import Any

import torch
from torch import Tensor, nn

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models.nodes import Nodes, look_up
from graphrec.models.operators import dot_block, dot_pairs
from graphrec.models.propagation import ngcf_layer, propagate_layers


class NGCF(nn.Module):
    """Wang et al. 2019, arXiv 1905.08108: embeddings, `layers` propagations, all concatenated.

    Each layer's output is L2-normalised for the concatenation and passed on un-normalised; the
    initial embeddings enter as they are. Message dropout acts on a layer's output, node dropout
    leaves edges out of the graph (the degrees follow); both are off at evaluation.
    The score of a pair is the dot product; the predicted target is `offset` + score.
    """

    def __init__(
        self,
        num_users: int,
        num_items: int,
        dim: int,
        layers: int,
        message_dropout: float = 0.0,
        node_dropout: float = 0.0,
        weight_decay: float = 0.0,
        offset: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_users + num_items, dim)
        nn.init.xavier_uniform_(self.embedding.weight)
        self.layers = nn.ModuleList(ngcf_layer(dim) for _ in range(layers))
        self.message_dropout = message_dropout
        self.node_dropout = node_dropout
        self.weight_decay = weight_decay
        self.register_buffer("offset", torch.tensor(offset))
        self.offset: Tensor

    def forward(self, graph: BipartiteGraph) -> Nodes:
        """Node embeddings (nodes, (layers + 1) * dim)."""
        if self.training and self.node_dropout > 0:
            graph = graph.drop(self.node_dropout)
        x = look_up(self.embedding.weight, graph)
        dropout = self.message_dropout if self.training else 0.0
        vectors = propagate_layers(graph.adjacency(), x, x, [*self.layers], dropout)
        return Nodes(vectors, graph.num_users)

    def score(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """Ranking score of each pair (n,)."""
        return dot_pairs(nodes.vectors, user, item + nodes.num_users)

    def score_block(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """Ranking scores of each of `item` (m,) for each of `user` (n,): (n, m)."""
        return dot_block(nodes.vectors, user, item + nodes.num_users)

    def predict(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """Predicted target of each pair (n,)."""
        return self.offset + self.score(nodes, user, item)

    def predict_and_score(self, nodes: Nodes, user: Tensor, item: Tensor) -> tuple[Tensor, Tensor]:
        """Predicted target and ranking score of the same pairs, (n,) each, looked up once."""
        score = self.score(nodes, user, item)
        return self.offset + score, score

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Weight decay on everything."""
        return [{"params": list(self.parameters()), "weight_decay": self.weight_decay}]
