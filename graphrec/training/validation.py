"""The validation measures that choose an epoch."""

import torch
from torch import Tensor

from graphrec.data.dataset import Dataset
from graphrec.evaluation.metrics import ndcg_at_k
from graphrec.evaluation.ranking import Seen, relevant_ranks
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models import NGCF_Final, Recommender
from graphrec.models.losses import bpr_loss, mse_loss

K = 10


class Validator:
    """Both errors and NDCG@10 of a model on the validation part, which also calibrates chances."""

    def __init__(self, data: Dataset, graph: BipartiteGraph) -> None:
        pairs = data.valid.interactions
        self.graph = graph
        self.device = graph.user.device
        self.user, self.item, self.negative, self.rating = (
            torch.as_tensor(column, device=self.device)
            for column in (pairs.user, pairs.item, data.valid.negative, pairs.rating)
        )
        self.ratings = data.about.ratings
        self.relevant = pairs[data.relevant(pairs)]
        self.seen = Seen([data.train], data.num_users)
        # Events, label 1, and as many negatives, label 0.
        self.users, self.items = self.user.repeat(2), torch.cat([self.item, self.negative])
        self.label = torch.cat([torch.ones_like(self.rating), torch.zeros_like(self.rating)])

    def __call__(self, model: Recommender) -> dict[str, float]:
        nodes = model(self.graph)
        if self.ratings is None:
            if isinstance(model, NGCF_Final):
                model.calibrate(nodes, self.users, self.items, self.label)
            mse = mse_loss(model.predict(nodes, self.users, self.items), self.label)
        else:
            predicted = model.predict(nodes, self.user, self.item)
            predicted = predicted.clip(self.ratings.minimum, self.ratings.maximum)
            mse = mse_loss(predicted, self.rating)
        positive, negative = (
            model.score(nodes, self.user, item) for item in (self.item, self.negative)
        )
        every = torch.arange(self.graph.num_items, device=self.device)

        def score_items(user: Tensor) -> Tensor:
            return model.score_block(nodes, user.to(self.device), every).cpu()

        user, rank = relevant_ranks(score_items, self.relevant, self.seen, K)
        return {
            "mse": float(mse),
            "log_error": float(bpr_loss(positive, negative)),
            f"ndcg_at_{K}": float(ndcg_at_k(user, rank, K).mean()),
        }
