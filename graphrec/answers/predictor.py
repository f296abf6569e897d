"""A trained model, ready to answer."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from graphrec.answers.history import History
from graphrec.data.dataset import Dataset
from graphrec.data.interactions import Interactions, Mask
from graphrec.evaluation.ranking import Seen, best_items
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models import Recommender
from graphrec.models.saved import load_model
from graphrec.models.trained import TrainedModel


class Recommended(NamedTuple):
    """An item of a list."""

    item: int
    """Its number."""
    score: float
    """What it is ranked by; of another user's no measure."""
    target: float
    """The predicted rating, or the chance of an event."""


class Predictor:
    """Answers about the users and items of a model folder, and about people who are new.

    Items and users are numbers here, those of `data`; `Catalogue` finds them by id and title.
    """

    def __init__(self, model: Recommender, graph: BipartiteGraph, data: Dataset) -> None:
        self.model, self.data = model, data
        self.trained = TrainedModel(model, graph)
        self.before = Interactions.concatenate([data.train, data.valid.interactions])
        self.seen = Seen([self.before], data.num_users)

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Of the folder that training a run left, `models/<run>` or a copy of it anywhere."""
        return cls(*load_model(folder))

    def known(self, user: int) -> History:
        """What a user of the training data did, held-out test interactions excepted."""
        mine = self.before.user == user
        return History(self.before.item[mine], self.before.rating[mine], user)

    def recommend(
        self,
        histories: Sequence[History],
        k: int,
        exclude_seen: bool = True,
        allowed: Mask | None = None,
    ) -> list[list[Recommended]]:
        """The k best items for each history, best first; ties by item number.

        A list is shorter where fewer items are left: without those of the history if
        `exclude_seen`, and without those that `allowed` (items,) does not mark. Raises ValueError
        for k < 1.
        """
        if k < 1:
            raise ValueError(f"expected to recommend at least 1 item, got k = {k}")
        scores = self.scores(histories)
        if exclude_seen:
            for row, history in zip(scores, histories, strict=True):
                row[torch.from_numpy(history.item)] = -torch.inf
        if allowed is not None:
            scores[:, torch.from_numpy(~allowed)] = -torch.inf
        best = best_items(scores, min(k, self.data.num_items))
        targets = self.targets(histories, scores)
        return [
            [
                Recommended(int(item), float(scores[row, item]), float(targets[row, item]))
                for item in items
                if item >= 0
            ]
            for row, items in enumerate(best)
        ]

    def similar(self, item: int, k: int) -> list[tuple[int, float]]:
        """The k items whose vectors have the greatest cosine with that of `item`, best first."""
        if k < 1:
            raise ValueError(f"expected to name at least 1 item, got k = {k}")
        vectors = self.item_vectors
        cosine = vectors @ vectors[item]
        cosine[item] = -torch.inf
        best = best_items(cosine[None], min(k, self.data.num_items))[0]
        return [(int(other), float(cosine[other])) for other in best if other >= 0]

    def scores(self, histories: Sequence[History]) -> Tensor:
        """Ranking scores of every item for each history, (histories, items), to be written to."""
        result = torch.empty(len(histories), self.data.num_items)
        known = _users(histories)
        result[known >= 0] = self.trained.score_items(known[known >= 0])
        return result

    def targets(self, histories: Sequence[History], scores: Tensor) -> Tensor:
        """The predicted rating, or the chance of an event, of every item: (histories, items).

        `scores` are those of the same histories.
        """
        if not self.data.explicit:
            return self.trained.chance(scores)
        result = torch.empty_like(scores)
        known = _users(histories)
        result[known >= 0] = self.trained.predict_items(known[known >= 0])
        return result

    @cached_property
    def item_vectors(self) -> Tensor:
        """(items, columns) of length 1."""
        return F.normalize(self.model.item_vectors(self.trained.nodes), dim=1)


def _users(histories: Sequence[History]) -> Tensor:
    """(histories,) their users' numbers, -1 for someone new."""
    return torch.tensor([-1 if each.user is None else each.user for each in histories])
