"""Neural graph collaborative filtering, in matrix form."""

from typing import Any

import torch
from torch import Tensor, nn

from graphrec.graph import BipartiteGraph, propagate
from graphrec.models.operators import dot_block, dot_pairs, drop_messages, unit_rows, update


class NGCFLayer(nn.Module):
    """One propagation: (nodes, dim) → (nodes, dim).

    E_next = LeakyReLU((L + I) E W1 + b1 + (L E ⊙ E) W2 + b2), L = D^-1/2 A D^-1/2.
    Equation 7 of Wang et al. 2019 (arXiv 1905.08108). The interaction term takes L, without the
    self loop, and the activation is applied to the sum, as in the paper; published codes differ.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.sum = nn.Linear(dim, dim)
        self.interaction = nn.Linear(dim, dim)
        for linear in (self.sum, self.interaction):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)

    def forward(self, adjacency: Tensor, x: Tensor) -> Tensor:
        neighbours = propagate(adjacency, x)
        weight = torch.cat([self.sum.weight, self.interaction.weight], dim=1)
        return update(neighbours, x, weight, self.sum.bias + self.interaction.bias)


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
        self.num_users = num_users
        self.embedding = nn.Embedding(num_users + num_items, dim)
        nn.init.xavier_uniform_(self.embedding.weight)
        self.layers = nn.ModuleList(NGCFLayer(dim) for _ in range(layers))
        self.message_dropout = message_dropout
        self.node_dropout = node_dropout
        self.weight_decay = weight_decay
        self.register_buffer("offset", torch.tensor(offset))
        self.offset: Tensor

    def forward(self, graph: BipartiteGraph) -> Tensor:
        """Node embeddings (nodes, (layers + 1) * dim): users first, then items."""
        if self.training and self.node_dropout > 0:
            graph = graph.drop(self.node_dropout)
        x = self.embedding.weight
        outputs = [x]
        for layer in self.layers:
            x = layer(graph.adjacency(), x)
            if self.training and self.message_dropout > 0:
                x = drop_messages(x, self.message_dropout)
            outputs.append(unit_rows(x))
        return torch.cat(outputs, dim=1)

    def score(self, nodes: Tensor, user: Tensor, item: Tensor) -> Tensor:
        """Ranking score of each pair (n,)."""
        return dot_pairs(nodes, user, item + self.num_users)

    def score_block(self, nodes: Tensor, user: Tensor, item: Tensor) -> Tensor:
        """Ranking scores of each of `item` (m,) for each of `user` (n,): (n, m)."""
        return dot_block(nodes, user, item + self.num_users)

    def predict(self, nodes: Tensor, user: Tensor, item: Tensor) -> Tensor:
        """Predicted target of each pair (n,)."""
        return self.offset + self.score(nodes, user, item)

    def predict_and_score(self, nodes: Tensor, user: Tensor, item: Tensor) -> tuple[Tensor, Tensor]:
        """Predicted target and ranking score of the same pairs, (n,) each, looked up once."""
        score = self.score(nodes, user, item)
        return self.offset + score, score

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Weight decay on everything."""
        return [{"params": list(self.parameters()), "weight_decay": self.weight_decay}]
