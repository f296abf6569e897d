"""A trained model, its nodes embedded once, as something to evaluate."""

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

    def score_items(self, user: Tensor) -> Tensor:
        """Users (n,) → scores of every item (n, items)."""
        return self.model.score_items(self.nodes, user)

    def chance(self, score: Tensor) -> Tensor:
        """Scores → the chances of events, of the same shape."""
        return self.model.target(score)

    def predict(self, user: Tensor, item: Tensor) -> Tensor:
        """Users (n,) and items (n,) → a predicted rating for each pair (n,)."""
        return self.model.rate(self.nodes, user, item)

    def score_and_rate_items(self, user: Tensor) -> tuple[Tensor, Tensor]:
        """Users (n,) → scores and targets of every item (n, items) each."""
        return self.model.score_and_rate_items(self.nodes, user)
