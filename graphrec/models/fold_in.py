"""People who are not in the training data, folded into a trained model: nothing is trained again.

Their interactions become edges to the items of the training graph. Items keep what they have in
every layer; a new user's outputs follow layer by layer, as a training user's do.
"""

from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from graphrec.data.dataset import Dataset
from graphrec.data.interactions import Interactions
from graphrec.filters.strengths import Strengths
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.new_edges import NewEdges
from graphrec.models import NGCF_Final, Recommender
from graphrec.models.mixture import Scored
from graphrec.models.network_fold_in import NetworkFoldIn, RatingFoldIn


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

    def score_and_rate_items(self, new: Interactions, num_users: int) -> tuple[Tensor, Tensor]:
        """Ranking scores and targets of every item: (num_users, items) each."""
        if isinstance(self.model, NGCF_Final) and self.network is not None:
            scored = self.parts(new, num_users)
            if scored.rating is not None:
                return self.model.mix(scored), scored.rating
        return self.score_items(new, num_users), self.rate_items(new, num_users)

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
            part = [self.network.scores(self.edges(new, num_users)), *part]
        likes = model.rating is not None and model.likes
        return Scored(torch.stack(part), self.rate_items(new, num_users) if likes else None)

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
