"""People who are not in the training data, folded into a trained model: nothing is trained again.

Their interactions become edges to the items of the training graph. Items keep what they have in
every layer; a new user's outputs follow layer by layer, as a training user's do.
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from graphrec.data.dataset import Dataset
from graphrec.data.interactions import Interactions
from graphrec.filters.strengths import Strengths
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.new_edges import NewEdges
from graphrec.models import NGCF, LightGCN, NGCF_Final, RankingNetwork, RatingNetwork, Recommender
from graphrec.models.mixture import Scored
from graphrec.models.operators import propagate

REGULARIZATION = 0.01
"""Of the ridge regression, in mean variances of a column."""


class Start(NamedTuple):
    """The initial embedding that goes with the message of layer 1, by ridge regression."""

    weight: Tensor
    """(columns, columns)"""
    level: Tensor
    """(columns,)"""

    @classmethod
    def fit(cls, message: Tensor, initial: Tensor) -> "Start":
        """On those of the training users, (users, columns) each."""
        x, y = message.double(), initial.double()
        centre, level = x.mean(dim=0), y.mean(dim=0)
        gram = (x - centre).T @ (x - centre)
        penalty = REGULARIZATION * gram.diagonal().mean().clamp(min=1e-12)
        gram.diagonal().add_(penalty)
        weight = torch.linalg.solve(gram, (x - centre).T @ (y - level))
        return cls(weight.float(), (level - centre @ weight).float())

    def __call__(self, message: Tensor) -> Tensor:
        return message @ self.weight + self.level


class NetworkFoldIn:
    """New users of a network that ranks by the dot product of two nodes' vectors."""

    def __init__(self, network: NGCF | LightGCN | RankingNetwork, graph: BipartiteGraph) -> None:
        self.network = network
        outputs = network.outputs(graph)
        split = [x.tensor_split([graph.num_users]) for x in outputs]
        self.users = [of_users for of_users, _ in split]
        """Outputs of the training users, (users, columns) each."""
        self.items = [of_items for _, of_items in split]
        """Outputs of the items, (items, columns) each."""
        self.item_vectors = network.vectors(outputs)[graph.num_users :]
        message = propagate(graph.adjacency(), outputs[0])[: graph.num_users]
        active = torch.bincount(graph.user, minlength=graph.num_users) > 0
        self.start = Start.fit(message[active], self.users[0][active])

    def outputs(self, edges: NewEdges) -> list[Tensor]:
        """The initial embedding and the output of each layer, (num_users, columns) each."""
        initial = self.start(edges.propagate(self.items[0]))
        return self.network.fold_in(self.items, edges, initial)

    def scores(self, edges: NewEdges) -> Tensor:
        """(num_users, items)"""
        vectors = self.network.vectors(self.outputs(edges))
        return self.network.score_vectors(vectors, self.item_vectors)


class RatingFoldIn:
    """New users of the rating network."""

    def __init__(self, network: RatingNetwork, graph: BipartiteGraph) -> None:
        self.network = network
        outputs = network.outputs(graph)
        self.items = [x[graph.num_users :] for x in outputs]
        self.item_vectors = network.vectors(outputs)[graph.num_users :]

    def ratings(self, edges: NewEdges) -> Tensor:
        """(num_users, items)"""
        vectors = self.network.fold_in(self.items, edges)
        return self.network.mean + vectors @ self.item_vectors.T


class FoldIn:
    """New users of a whole model.

    They come as `new`, interactions of users 0 … num_users - 1, which are not those of the training
    data. `graph` and `data` are what the model has learned from.
    """

    def __init__(self, model: Recommender, graph: BipartiteGraph, data: Dataset) -> None:
        self.model, self.graph, self.data = model, graph, data
        network = model.ranking if isinstance(model, NGCF_Final) else model
        self.network = None if network is None else NetworkFoldIn(network, graph)
        rating = model.rating if isinstance(model, NGCF_Final) else None
        self.rating = None if rating is None else RatingFoldIn(rating, graph)

    def score_items(self, new: Interactions, num_users: int) -> Tensor:
        """Ranking scores of every item: (num_users, items)."""
        if not isinstance(self.model, NGCF_Final):
            assert self.network is not None
            return self.network.scores(self.edges(new, num_users))
        if self.network is None:
            return self.rate_items(new, num_users)
        return self.model.mix(self.parts(new, num_users))

    def rate_items(self, new: Interactions, num_users: int) -> Tensor:
        """Predicted targets of every item: (num_users, items)."""
        if not isinstance(self.model, NGCF_Final) or self.rating is None:
            return self.model.target(self.score_items(new, num_users))
        return self.model.join_ratings(*self.ratings(new, num_users))

    def parts(self, new: Interactions, num_users: int) -> Scored:
        """What the ranking scores of NGCF_Final are made of, as in its `parts`."""
        model = self.model
        assert isinstance(model, NGCF_Final)
        part = model.filters.ranking.score_rows(self.strengths(new, num_users))
        if model.network:
            assert self.network is not None
            part = torch.cat([self.network.scores(self.edges(new, num_users))[None], part])
        likes = model.rating is not None and model.likes
        return Scored(part, self.rate_items(new, num_users) if likes else None)

    def ratings(self, new: Interactions, num_users: int) -> tuple[Tensor, Tensor | None]:
        """By NGCF_Final's rating network and by its filter, if any: (num_users, items) each."""
        assert isinstance(self.model, NGCF_Final)
        assert self.rating is not None
        network, filtered = self.rating.ratings(self.edges(new, num_users)), None
        if self.model.filters.rating is not None:
            fold_in = self.model.filters.rating.fold_in
            filtered = torch.empty_like(network)
            for user in range(num_users):
                mine = new[np.flatnonzero(new.user == user)]
                filtered[user] = fold_in(torch.from_numpy(mine.item), torch.from_numpy(mine.rating))
        return network, filtered

    def edges(self, new: Interactions, num_users: int) -> NewEdges:
        return NewEdges.of(new, num_users, self.graph)

    @cached_property
    def strengths(self) -> Strengths:
        """Of NGCF_Final's ranking filters."""
        assert isinstance(self.model, NGCF_Final)
        return Strengths.fit(self.data, self.model.filters.ranking.matrix)
