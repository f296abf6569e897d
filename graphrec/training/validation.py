"""The validation measures that choose an epoch."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from graphrec.data.dataset import Dataset
from graphrec.data.interactions import Interactions
from graphrec.evaluation.metrics import ndcg_at_k
from graphrec.evaluation.ranking import (
    ScoreItems,
    Seen,
    ranks_among,
    rows_of,
    score_blocks,
)
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.group import ALONE, Group
from graphrec.models import Recommender

K = 10
MOST_USERS = 2048
"""Users whose rankings are looked at, at most."""


class Validator:
    """Both errors of a model's networks on the validation part, and how they rank it.

    `cross_entropy` is the mean of -log softmax of a relevant item among those that its user has not
    in training, all at once: NDCG jumps where two items change places, this does not.
    """

    def __init__(
        self,
        data: Dataset,
        graph: BipartiteGraph,
        group: Group = ALONE,
        relevant: Interactions | None = None,
    ) -> None:
        """Of the processes of a `group` each has `data` and `graph` of some users, and of the whole
        `relevant_part` what is theirs."""
        self.group = group
        pairs = data.valid.interactions
        self.graph = graph
        self.device = graph.user.device
        self.user, self.item, self.negative, self.rating = (
            torch.as_tensor(column, device=self.device)
            for column in (pairs.user, pairs.item, data.valid.negative, pairs.rating)
        )
        self.ratings = data.about.ratings
        self.relevant = relevant_part(data, MOST_USERS) if relevant is None else relevant
        self.seen = Seen([data.train], data.num_users)
        # Events, label 1, and as many negatives, label 0.
        self.users, self.items = self.user.repeat(2), torch.cat([self.item, self.negative])
        self.label = torch.cat([torch.ones_like(self.rating), torch.zeros_like(self.rating)])

    def __call__(self, model: Recommender) -> dict[str, float]:
        nodes = model(self.graph)
        if self.ratings is None:
            predicted, target = model.predict(nodes, self.users, self.items), self.label
        else:
            predicted, target = model.predict(nodes, self.user, self.item), self.rating
            predicted = predicted.clip(self.ratings.minimum, self.ratings.maximum)
        positive, negative = (
            model.score(nodes, self.user, item) for item in (self.item, self.negative)
        )
        every = torch.arange(self.graph.num_items, device=self.device)

        def score_items(user: Tensor) -> Tensor:
            return model.score_block(nodes, user.to(self.device), every).cpu()

        return {
            "mse": self.group.mean((predicted - target).square()),
            "log_error": self.group.mean(-F.logsigmoid(positive - negative)),
            **self.rankings(score_items),
        }

    def rankings(self, score_items: ScoreItems) -> dict[str, float]:
        """`cross_entropy` and NDCG@10, one look at the scores for both."""
        user, item = torch.as_tensor(self.relevant.user), torch.as_tensor(self.relevant.item)
        ranks, losses = [torch.empty(0, dtype=torch.long)], [torch.empty(0)]
        for block, scores in score_blocks(score_items, torch.unique(user)):
            mine = rows_of(block, user)
            row, scores = torch.searchsorted(block, user[mine]), self.seen.mask(scores, block)
            losses.append(scores.logsumexp(dim=1)[row] - scores[row, item[mine]])
            ranks.append(ranks_among(scores, row, item[mine], K))
        ndcg = ndcg_at_k(user, torch.cat(ranks), K)
        return {
            "cross_entropy": self.group.mean(torch.cat(losses)),
            f"ndcg_at_{K}": self.group.mean(ndcg),
        }


def relevant_part(data: Dataset, most_users: int) -> Interactions:
    """The relevant validation interactions, sorted by user, of evenly spread users at most."""
    pairs = data.valid.interactions
    pairs = pairs[data.relevant(pairs)]
    users = np.unique(pairs.user)
    chosen = users[:: max(1, -(-len(users) // most_users))]
    pairs = pairs[np.isin(pairs.user, chosen)]
    return pairs[np.argsort(pairs.user, kind="stable")]
