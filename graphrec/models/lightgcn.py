"""LightGCN, the plain baseline among graph recommenders."""

from typing import Any

import torch
from torch import Tensor, nn

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models.nodes import Nodes, look_up
from graphrec.models.operators import dot_block, dot_pairs, propagate


class LightGCN(nn.Module):
    """He et al. 2020 (arXiv 2002.02126): the mean of E, L E, L² E, …, and nothing learned but E.

    With 0 layers it is matrix factorisation. The score of a pair is the dot product; the predicted
    target is `offset` + score.
    """

    def __init__(
        self,
        num_users: int,
        num_items: int,
        dim: int,
        layers: int,
        weight_decay: float = 0.0,
        offset: float = 0.0,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_users + num_items, dim)
        nn.init.xavier_uniform_(self.embedding.weight)
        self.num_layers = layers
        self.weight_decay = weight_decay
        self.register_buffer("offset", torch.tensor(offset))
        self.offset: Tensor

    def forward(self, graph: BipartiteGraph) -> Nodes:
        """Node embeddings (nodes, dim)."""
        x = total = look_up(self.embedding.weight, graph)
        for _ in range(self.num_layers):
            x = propagate(graph.adjacency(), x)
            total = total + x
        return Nodes(total / (self.num_layers + 1), graph.num_users)

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
