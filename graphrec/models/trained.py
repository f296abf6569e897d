"""A trained model, its nodes embedded once, as something to evaluate."""

import torch
from torch import Tensor

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models import Recommender

BLOCK = 512
"""Users whose ratings of all items are held at a time."""


class TrainedModel:
    """Ranks items and predicts labels, as `graphrec.evaluation` asks for it."""

    def __init__(self, model: Recommender, graph: BipartiteGraph) -> None:
        model.eval()
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        self.model = model
        self.nodes = model(graph)

    def score_items(self, user: Tensor) -> Tensor:
        """Users (n,) → scores of every item (n, items)."""
        return self.model.score_items(self.nodes, user)

    def chance(self, score: Tensor) -> Tensor:
        """Scores → the chances of events, of the same shape."""
        return self.model.target(score)

    def predict(self, user: Tensor, item: Tensor) -> Tensor:
        """Users (n,) and items (n,) → a predicted rating for each pair (n,)."""
        predicted = torch.empty(len(user))
        order = torch.argsort(user, stable=True)
        users, counts = torch.unique(user, return_counts=True)
        pairs = order.split([int(part.sum()) for part in counts.split(BLOCK)])
        for block, mine in zip(users.split(BLOCK), pairs, strict=True):
            ratings = self.model.rate_items(self.nodes, block)
            predicted[mine] = ratings[torch.searchsorted(block, user[mine]), item[mine]]
        return predicted
