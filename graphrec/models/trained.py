"""A trained model, its nodes embedded once, as something to evaluate."""

import torch
from torch import Tensor

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models import Recommender


class TrainedModel:
    """Ranks items and predicts labels, as `graphrec.evaluation` asks for it."""

    def __init__(self, model: Recommender, graph: BipartiteGraph) -> None:
        model.eval()
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        self.model = model
        self.nodes = model(graph)
        self.items = torch.arange(graph.num_items)

    def score_items(self, user: Tensor) -> Tensor:
        """Users (n,) → scores of every item (n, items)."""
        return self.model.score_block(self.nodes, user, self.items)

    def predict(self, user: Tensor, item: Tensor) -> Tensor:
        """Users (n,) and items (n,) → a rating, or the chance of an event, for each pair (n,)."""
        return self.model.predict(self.nodes, user, item)
