"""The validation measures that choose an epoch."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from graphrec.data.interactions import TrainingData
from graphrec.evaluation.ranking import Seen, ndcg_at_k, relevant_ranks
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models import NGCF_Final, Recommender
from graphrec.models.losses import bpr_loss, mse_loss

CUTOFF = 10
MONITORS = {"mse": ("mse", False), "total": (f"ndcg_at_{CUTOFF}", True)}
"""For each risk the validation measure that decides, and whether more of it is better."""


class Validator:
    """Both errors and NDCG@10 of a model on the validation part, which also calibrates targets."""

    def __init__(
        self, data: TrainingData, graph: BipartiteGraph, explicit: bool, relevant_target: float
    ) -> None:
        pairs = data.valid.interactions
        self.graph = graph
        self.device = graph.user.device
        self.user, self.item, self.negative, self.rating = (
            torch.as_tensor(part, device=self.device)
            for part in (pairs.user, pairs.item, data.valid.negative, pairs.rating)
        )
        self.explicit = explicit
        self.relevant = pairs[pairs.rating >= np.float32(relevant_target)]
        self.seen = Seen([data.train], data.num_users)

    def __call__(self, model: Recommender) -> dict[str, float]:
        nodes = model(self.graph)
        if isinstance(model, NGCF_Final) and not self.explicit:
            model.calibrate(nodes, *self._credits_and_others())
        mse = mse_loss(*self._predicted_and_target(model, nodes))
        log_error = bpr_loss(
            model.score(nodes, self.user, self.item), model.score(nodes, self.user, self.negative)
        )
        every = torch.arange(self.graph.num_items, device=self.device)

        def score_all(user: Tensor) -> Tensor:
            return model.score_block(nodes, user.to(self.device), every).cpu()

        ranks = relevant_ranks(score_all, self.relevant, self.seen, CUTOFF)
        ndcg = ndcg_at_k(*ranks, CUTOFF)[1].mean()
        return {
            "mse": float(mse),
            "log_error": float(log_error),
            f"ndcg_at_{CUTOFF}": float(ndcg),
        }

    def _predicted_and_target(self, model: Recommender, nodes: Any) -> tuple[Tensor, Tensor]:
        if self.explicit:
            return model.predict(nodes, self.user, self.item).clip(1, 5), self.rating
        user, item, target = self._credits_and_others()
        return model.predict(nodes, user, item), target

    def _credits_and_others(self) -> tuple[Tensor, Tensor, Tensor]:
        """Held-out credits and, with target 0, as many non-credits: users, items, targets."""
        target = torch.cat([self.rating, torch.zeros_like(self.rating)])
        return self.user.repeat(2), torch.cat([self.item, self.negative]), target
