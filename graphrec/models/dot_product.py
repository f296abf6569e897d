"""What the plain models share: embeddings, and dot products as scores."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models.operators import dot_block, dot_pairs


class Nodes(NamedTuple):
    """Vectors of all nodes of a graph, the whole one or a part."""

    vectors: Tensor
    """(nodes, columns), users first, then items."""
    num_users: int


class DotProductModel(nn.Module):
    """A pair's score is the dot product of two vectors.

    The predicted target is a rating, `offset` + score; without an offset the chance of an event,
    sigmoid(a score + b), a and b learned.
    """

    def __init__(
        self,
        num_users: int,
        num_items: int,
        embedding_dim: int,
        weight_decay: float,
        offset: float | None,
    ) -> None:
        super().__init__()
        self.num_items = num_items
        self.embedding = nn.Embedding(num_users + num_items, embedding_dim)
        nn.init.xavier_uniform_(self.embedding.weight)
        self.weight_decay = weight_decay
        self.register_buffer("offset", None if offset is None else torch.tensor(offset))
        self.offset: Tensor | None
        # The log error leaves a score's level and scale open; a chance needs both.
        self.level = nn.Parameter(torch.tensor([1.0, 0.0])) if offset is None else None

    def embed(self, graph: BipartiteGraph) -> Tensor:
        """Initial embeddings of the nodes of `graph`: (nodes, embedding_dim)."""
        table = self.embedding.weight
        return table if graph.n_id is None else F.embedding(graph.n_id, table)

    def score(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """Ranking score of each pair (n,)."""
        return dot_pairs(nodes.vectors, user, item + nodes.num_users)

    def score_block(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """Ranking scores of each of `item` (m,) for each of `user` (n,): (n, m)."""
        return dot_block(nodes.vectors, user, item + nodes.num_users)

    def predict(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """Predicted target of each pair (n,)."""
        return self.target(self.score(nodes, user, item))

    def predict_and_score(self, nodes: Nodes, user: Tensor, item: Tensor) -> tuple[Tensor, Tensor]:
        """Predicted target and ranking score of the same pairs, (n,) each, looked up once."""
        score = self.score(nodes, user, item)
        return self.target(score), score

    def target(self, score: Tensor) -> Tensor:
        """The target that each of these scores predicts."""
        if self.level is None:
            assert self.offset is not None  # one of the two is there
            return self.offset + score
        return torch.sigmoid(self.level[0] * score + self.level[1])

    def score_items(self, nodes: Nodes, user: Tensor) -> Tensor:
        """Ranking score of every item for each of `user` (n,): (n, items)."""
        return self.score_block(nodes, user, torch.arange(self.num_items))

    def score_vectors(self, users: Tensor, items: Tensor) -> Tensor:
        """Ranking scores of items for users with these vectors, of all items: (n, items)."""
        return users @ items.T

    def rate(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """`predict`: there is no filter beside the network."""
        return self.predict(nodes, user, item)

    def score_and_rate_items(self, nodes: Nodes, user: Tensor) -> tuple[Tensor, Tensor]:
        """Ranking score and target of every item for each of `user` (n,): (n, items) each."""
        score = self.score_items(nodes, user)
        return score, self.target(score)

    def item_vectors(self, nodes: Nodes) -> Tensor:
        """(items, columns): items that are alike point the same way."""
        return nodes.vectors[nodes.num_users :]

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Weight decay on everything but what turns scores into chances."""
        decayed = [p for p in self.parameters() if p is not self.level]
        groups: list[dict[str, Any]] = [{"params": decayed, "weight_decay": self.weight_decay}]
        return groups if self.level is None else [*groups, {"params": [self.level]}]
