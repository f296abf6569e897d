"""Why an item is recommended: what its score is made of, and which items of a history led to it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch

from graphrec.answers.history import History, as_interactions
from graphrec.answers.relations import Relations
from graphrec.data.interactions import FloatArray, Interactions
from graphrec.filters.item_filters import ItemFilter
from graphrec.filters.ranking import FLOOR
from graphrec.models import NGCF_Final
from graphrec.models.fold_in import FoldIn
from graphrec.models.mixture import liked
from graphrec.models.trained import TrainedModel

Term = tuple[dict[str, float], FloatArray]
"""A score's parts by name, and what each item of a history adds to them."""


@dataclass(frozen=True)
class Part:
    """A term of a score."""

    name: str
    value: float


@dataclass(frozen=True)
class Reason:
    """An item of the history that led to the recommended one."""

    item: int
    value: float
    """What it adds to the score."""
    relation: str
    """How the two hang together, for a reader."""


@dataclass(frozen=True)
class Explanation:
    """Of one item, for one person."""

    score: float
    """What it is ranked by."""
    parts: list[Part]
    """They add up to the score."""
    because: list[Reason]
    """The greatest first; empty where nothing in the history led to it."""


class Explainer:
    """Explains scores of a trained model.

    A share of an item in the score is exact where a part is linear in the messages of the history's
    items: the layers of LightGCN and of NGCF_Final's ranking network. A filter's value above its
    floor is shared out in proportion to what each item adds under its logarithm; what a predicted
    rating adds falls, without an item, by what the rating filter then lacks; where there is none,
    and of NGCF, an item is left out and the rest folded in.
    """

    def __init__(self, fold_in: FoldIn, trained: TrainedModel) -> None:
        self.fold_in, self.trained, self.model = fold_in, trained, fold_in.model

    def explain(self, history: History, item: int, most: int) -> Explanation:
        """Of a history with items; of a training user the model's own vectors are explained."""
        new = self._messages(history)
        parts: list[Part] = []
        values = np.zeros(len(new), np.float32)
        for term, of_items in self._terms(history, new, item):
            parts += [Part(name, value) for name, value in term.items()]
            values += of_items
        order = np.argsort(-values, kind="stable")[:most]
        because = [
            Reason(int(new.item[row]), float(values[row]), self.relations(int(new.item[row]), item))
            for row in order
            if values[row] > 0
        ]
        return Explanation(sum(part.value for part in parts), parts, because)

    def _messages(self, history: History) -> Interactions:
        """What carries messages to this person, sorted by item: of a user who was trained on the
        training interactions."""
        train = self.fold_in.data.train
        new = as_interactions([history])
        if history.user is not None:
            new = train[np.flatnonzero(train.user == history.user)]
            new = replace(new, user=np.zeros_like(new.user))
        return new[np.argsort(new.item)]

    def _terms(self, history: History, new: Interactions, item: int) -> Iterator[Term]:
        model = self.model
        if not isinstance(model, NGCF_Final):
            yield self._layers(history, new, item, 1.0)
        elif model.ranking is None:
            yield self._ratings(model, history, new, item)
        else:
            weights = dict(zip(model.names, model.weight.tolist(), strict=True))
            if model.network:
                yield self._layers(history, new, item, weights["network"])
            yield from self._filters(model, history, new, item, weights)
            if model.rating is not None and model.likes:
                yield self._liked(model, history, new, item)

    def _layers(self, history: History, new: Interactions, item: int, weight: float) -> Term:
        network = self.fold_in.network
        assert network is not None
        edges = self.fold_in.edges(new, 1)
        outputs = network.outputs(edges)
        if history.user is not None:
            outputs = [x[history.user][None] for x in network.users]
        term = network.layer_scores(outputs, item)
        values = weight * network.item_scores(edges, outputs, item, history.user is None)
        return {name: weight * value for name, value in term.items()}, values.numpy()

    def _filters(
        self,
        model: NGCF_Final,
        history: History,
        new: Interactions,
        item: int,
        weights: dict[str, float],
    ) -> Iterator[Term]:
        ranking = model.filters.ranking
        row = self.fold_in.strengths(new, 1)
        if history.user is not None:
            row = ranking.matrix[[history.user]]
        scores = [float(score[0, item]) for score in ranking.score_rows(row)]
        for name, score in zip(ranking.names, scores, strict=True):
            each = ranking.filters[name]
            assert isinstance(each, ItemFilter)
            added = each.contributions(row, item)
            total, above = float(added.sum()), score - math.log(FLOOR)
            share = above / total if total > 0 else 0.0
            yield {name: weights[name] * score}, weights[name] * share * added

    def _ratings(self, model: NGCF_Final, history: History, new: Interactions, item: int) -> Term:
        """The predicted rating, and what it loses without each item."""
        folded, rating_filter = self.fold_in.rating, model.filters.rating
        assert folded is not None
        if history.user is None:
            network, filtered = self.fold_in.ratings(new, 1)
            network, filtered = network[0, item], None if filtered is None else filtered[0, item]
        else:
            pair = torch.tensor([history.user]), torch.tensor([item])
            network, filtered = model.ratings(self.trained.nodes, *pair)
        if rating_filter is None or filtered is None:
            losses = folded.losses(self.fold_in.edges(new, 1), item)
            return {"rating network": float(network)}, losses.numpy()
        share = float(model.share)
        term = {
            "rating network": share * float(network),
            "rating filter": (1 - share) * float(filtered),
        }
        rated = torch.from_numpy(new.item), torch.from_numpy(new.rating)
        losses = (1 - share) * rating_filter.losses(*rated, item)
        return term, losses.numpy()

    def _liked(self, model: NGCF_Final, history: History, new: Interactions, item: int) -> Term:
        term, losses = self._ratings(model, history, new, item)
        rating = torch.tensor(sum(term.values()))
        value = liked(rating, *model.liked)
        without = liked(rating - torch.from_numpy(losses), *model.liked)
        return {"liked": float(value)}, (value - without).numpy()

    @cached_property
    def relations(self) -> Relations:
        return Relations(self.fold_in.data)
