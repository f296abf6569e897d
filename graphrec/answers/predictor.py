"""A trained model, ready to answer."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from graphrec.answers.explanation import Explainer, Explanation, Part
from graphrec.answers.history import History, as_interactions, newcomer
from graphrec.answers.new_items import NewItems
from graphrec.answers.popularity import Popularity
from graphrec.data.dataset import Dataset
from graphrec.data.interactions import Interactions, Mask
from graphrec.evaluation.ranking import best_items
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models import Recommender
from graphrec.models.fold_in import FoldIn
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
        self.model, self.graph, self.data = model, graph, data
        self.trained = TrainedModel(model, graph)
        before = Interactions.concatenate([data.train, data.valid.interactions])
        self.before = before[np.argsort(before.user, kind="stable")]
        self.start = np.searchsorted(self.before.user, np.arange(data.num_users + 1))

    @classmethod
    def load(cls, folder: Path) -> "Predictor":
        """Of the folder that training a run left, `models/<run>` or a copy of it anywhere."""
        return cls(*load_model(folder))

    def known(self, user: int) -> History:
        """What a user of the training data did, held-out test interactions excepted."""
        mine = self.before[np.arange(self.start[user], self.start[user + 1])]
        # A refitted model has learned from the validation part: what it holds comes twice.
        item, first = np.unique(mine.item, return_index=True)
        return History(item, mine.rating[first], user)

    def newcomer(self, items: Sequence[int], ratings: Sequence[float] | None = None) -> History:
        """Someone new who had these items, with these ratings, or liked them: `newcomer`."""
        return newcomer(self.data, items, ratings)

    @staticmethod
    def is_cold(history: History) -> bool:
        """Whether nothing is known of them, so that they get what is popular."""
        return len(history) == 0

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
        scores, targets = self.scores_and_targets(histories)
        if exclude_seen:
            for row, history in zip(scores, histories, strict=True):
                row[torch.from_numpy(history.item)] = -torch.inf
        if allowed is not None:
            scores[:, torch.from_numpy(~allowed)] = -torch.inf
        best = best_items(scores, min(k, self.data.num_items))
        # Lists of Python, all at once: asking a tensor for each number takes as long as the rest.
        columns = (best, *(x.gather(1, best.clamp(min=0)) for x in (scores, targets)))
        return [
            [Recommended(*one) for one in zip(*row, strict=True) if one[0] >= 0]
            for row in zip(*(column.tolist() for column in columns), strict=True)
        ]

    def similar(self, item: int, k: int) -> list[tuple[int, float]]:
        """The k items whose vectors have the greatest cosine with that of `item`, best first."""
        if k < 1:
            raise ValueError(f"expected to name at least 1 item, got k = {k}")
        vectors = self.item_vectors
        cosine = (vectors @ vectors[item]).float()
        cosine[item] = -torch.inf
        best = best_items(cosine[None], min(k, self.data.num_items))[0]
        return [(int(other), float(cosine[other])) for other in best if other >= 0]

    def explain(self, history: History, item: int, most: int = 5) -> Explanation:
        """What the item's score for that history is made of, and `most` of the items behind it."""
        if self.is_cold(history):
            score = float(self.popularity.score[item])
            return Explanation(score, [Part("popularity", score)], [])
        return self.explainer.explain(history, item, most)

    def scores(self, histories: Sequence[History]) -> Tensor:
        """Ranking scores of every item for each history, (histories, items), to be written to."""
        return self.scores_and_targets(histories)[0]

    def scores_and_targets(self, histories: Sequence[History]) -> tuple[Tensor, Tensor]:
        """Ranking scores of every item, and its predicted rating, on the scale, or its chance.

        (histories, items) each, to be written to.
        """
        scores = torch.empty(len(histories), self.data.num_items)
        targets = torch.empty_like(scores)
        known, new, cold = self._kinds(histories)
        if len(known):
            users = _users(histories)[known]
            scores[known], targets[known] = self.trained.score_and_rate_items(users)
        for row in new:  # one at a time: a list is to the bit the same, whoever else asks
            alone = as_interactions([histories[row]])
            score, target = self.fold_in.score_and_rate_items(alone, 1)
            scores[row], targets[row] = score[0], target[0]
        if (scale := self.data.about.ratings) is not None:
            targets.clamp_(scale.minimum, scale.maximum)
        scores[cold], targets[cold] = self.popularity.score, self.popularity.target
        return scores, targets

    def score_new_item(
        self, features: Mapping[str, Any], histories: Sequence[History] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Score and target of an item that is not in the data, by what is known of it: `NewItems`.

        (histories,) each; without `histories` (users,), of all users of the training data.
        """
        if histories is None:
            histories = [self.known(user) for user in range(self.data.num_users)]
        return self.new_items.scores_and_targets(features, histories, self.scores_and_targets)

    def _kinds(self, histories: Sequence[History]) -> list[Tensor]:
        """Rows of training users, of new people, and of those of whom nothing is known."""
        cold = torch.tensor([self.is_cold(each) for each in histories], dtype=torch.bool)
        new = (_users(histories) < 0) & ~cold
        return [rows.nonzero().squeeze(1) for rows in (~new & ~cold, new, cold)]

    @cached_property
    def fold_in(self) -> FoldIn:
        """Answers for people who are new."""
        return FoldIn(self.model, self.graph, self.data)

    @cached_property
    def explainer(self) -> Explainer:
        return Explainer(self.fold_in, self.trained)

    @cached_property
    def popularity(self) -> Popularity:
        """Answers for those of whom nothing is known."""
        return Popularity(self.data)

    @cached_property
    def new_items(self) -> NewItems:
        """What items outside the data are made of."""
        return NewItems(self.data)

    @cached_property
    def item_vectors(self) -> Tensor:
        """(items, columns) of length 1, in double precision."""
        return F.normalize(self.trained.item_vectors(), dim=1)


def _users(histories: Sequence[History]) -> Tensor:
    """(histories,) their users' numbers, -1 for someone new."""
    return torch.tensor(
        [-1 if each.user is None else each.user for each in histories], dtype=torch.long
    )
