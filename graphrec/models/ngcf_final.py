"""The advanced model that the ten runs train."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from graphrec.config.errors import ParamsError
from graphrec.filters.fit import Filters
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models.mixture import Scored, liked
from graphrec.models.ranking_network import RankingNetwork
from graphrec.models.rating_network import RatingNetwork


class Nodes(NamedTuple):
    """Node vectors of the networks that a model has."""

    rating: Tensor | None
    ranking: Tensor | None


class NGCF_Final(nn.Module):
    """Graph networks for both errors, and closed-form filters of the same training graph.

    Relevance is *watched* times *liked*. `rating`, trained by the MSE, predicts the target;
    `ranking`, trained by the log error, scores how likely a pair is to be observed at all. They are
    trained alone; how they and the filters go together is learned on validation afterwards:

        target(u, i) = s rating(u, i) + (1 - s) rating_filter(u, i)
        score(u, i)  = w_0 ranking(u, i) + Σ w_f ranking_filter_f(u, i)
                       + log sigmoid(slope * (target(u, i) - centre))

    Without `network` s and w_0 are 0, without `likes` the last term is none.
    A model without `ranking` scores by its target. One without `rating` has no last term, and its
    target is the chance of an interaction: sigmoid(a ranking(u, i) + b), a and b learned, while it
    trains, and sigmoid(a' score(u, i) + b') afterwards, a' and b' calibrated on validation, since
    interactions that a network has learned from look more certain to it than others.
    """

    def __init__(
        self,
        rating: RatingNetwork | None,
        ranking: RankingNetwork | None,
        filters: Filters,
        network: bool = True,
        likes: bool = True,
    ) -> None:
        if rating is None and ranking is None:
            raise ValueError("expected a rating or a ranking network, got neither")
        bare = (rating and not filters.rating) or (ranking and not filters.names)
        if bare and not network:
            raise ParamsError(
                "expected a filter of all that a model without networks predicts, got none: "
                "set `network: true`, or give `filters` what they lack"
            )
        super().__init__()
        self.rating, self.ranking, self.filters = rating, ranking, filters
        self.network, self.likes = network, likes
        self.num_items = filters.num_items
        # The log error leaves a score's level and scale open; a target needs both.
        self.level = nn.Parameter(torch.tensor([1.0, 0.0])) if rating is None else None
        # What comes first alone, until `training.combining` has learned better.
        self.register_buffer("share", torch.tensor(float(network)))
        weight = torch.zeros(len(self.names))
        weight[:1] = 1
        self.register_buffer("weight", weight)
        self.register_buffer("liked", torch.tensor([0.0, 0.0]))
        self.register_buffer("calibration", torch.tensor([1.0, 0.0]))
        self.share: Tensor
        self.weight: Tensor
        self.liked: Tensor
        self.calibration: Tensor

    @property
    def names(self) -> list[str]:
        """Of the parts of a ranking score, in their order."""
        return ["network", *self.filters.names] if self.network else self.filters.names

    def forward(self, graph: BipartiteGraph, edge_mask: Tensor | None = None) -> Nodes:
        """The vectors of all nodes; users first, then items.

        `edge_mask` (edges,) marks what carries messages.
        """
        return Nodes(
            None if self.rating is None else self.rating(graph, edge_mask),
            None if self.ranking is None else self.ranking(graph, edge_mask),
        )

    # The networks alone: what is trained, and what chooses the epoch.

    def predict(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """Target that the networks predict of each pair (n,)."""
        if self.rating is not None and nodes.rating is not None:
            return self.rating.predict(nodes.rating, user, item)
        return self._chance(self.score(nodes, user, item))

    def score(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """The networks' ranking score of each pair (n,)."""
        if self.ranking is None or nodes.ranking is None:
            return self.predict(nodes, user, item)
        return self.ranking.score(nodes.ranking, user, item)

    def predict_and_score(self, nodes: Nodes, user: Tensor, item: Tensor) -> tuple[Tensor, Tensor]:
        """Both of the same pairs, (n,) each, looked up once."""
        score = self.score(nodes, user, item)
        if self.ranking is None:
            return score, score
        predicted = self.predict(nodes, user, item) if self.rating else self._chance(score)
        return predicted, score

    def score_block(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """The networks' ranking scores of each of `item` (m,) for each of `user` (n,): (n, m)."""
        if self.ranking is not None and nodes.ranking is not None:
            return self.ranking.score_block(nodes.ranking, user, item)
        assert self.rating is not None  # one of the two networks is there
        assert nodes.rating is not None
        return self.rating.predict_block(nodes.rating, user, item)

    def _chance(self, score: Tensor) -> Tensor:
        assert self.level is not None  # made where there is no rating network
        return torch.sigmoid(self.level[0] * score + self.level[1])

    # Everything together: what is used.

    def rate(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """Predicted rating of each pair (n,)."""
        return self.join_ratings(*self.ratings(nodes, user, item))

    def ratings(self, nodes: Nodes, user: Tensor, item: Tensor) -> tuple[Tensor, Tensor | None]:
        """The network's of each pair (n,) and, where there is one, the filter's."""
        assert self.rating is not None
        assert nodes.rating is not None
        network, filtered = self.rating.predict(nodes.rating, user, item), self.filters.rating
        return network, None if filtered is None else filtered.predict(user, item)

    def rate_items(self, nodes: Nodes, user: Tensor) -> Tensor:
        """Predicted rating of every item by each of `user` (n,): (n, items)."""
        assert self.rating is not None
        assert nodes.rating is not None
        network = self.rating.predict_block(nodes.rating, user, torch.arange(self.num_items))
        return self.join_ratings(
            network, None if self.filters.rating is None else self.filters.rating(user)
        )

    def join_ratings(self, network: Tensor, filtered: Tensor | None) -> Tensor:
        """Ratings by the network and, where there is one, by the filter, as one."""
        return network if filtered is None else self.share * network + (1 - self.share) * filtered

    def parts(self, nodes: Nodes, user: Tensor) -> Scored:
        """What the ranking scores of every item for each of `user` (n,) are made of."""
        assert nodes.ranking is not None
        part = self.filters.ranking(user)
        if self.network:
            part = [self.score_block(nodes, user, torch.arange(self.num_items)), *part]
        likes = self.rating is not None and self.likes
        return Scored(torch.stack(part), self.rate_items(nodes, user) if likes else None)

    def score_items(self, nodes: Nodes, user: Tensor) -> Tensor:
        """Ranking score of every item for each of `user` (n,): (n, items)."""
        return self.score_and_rate_items(nodes, user)[0]

    def score_and_rate_items(self, nodes: Nodes, user: Tensor) -> tuple[Tensor, Tensor]:
        """Ranking score and target of every item for each of `user` (n,): (n, items) each."""
        if self.ranking is None:
            rating = self.rate_items(nodes, user)
            return rating.clone(), rating
        scored = self.parts(nodes, user)
        score = self.mix(scored)
        if scored.rating is not None:
            return score, scored.rating
        return score, self.target(score) if self.rating is None else self.rate_items(nodes, user)

    def mix(self, scored: Scored) -> Tensor:
        """Ranking scores (n, items) of parts that were scored."""
        score = torch.einsum("p,pni->ni", self.weight, scored.part)
        return score if scored.rating is None else score + liked(scored.rating, *self.liked)

    def target(self, score: Tensor) -> Tensor:
        """Chance of an event with each of these final scores."""
        return torch.sigmoid(self.calibration[0] * score + self.calibration[1])

    def item_vectors(self, nodes: Nodes) -> Tensor:
        """(items, columns): items that are alike point the same way."""
        vectors = nodes.rating if nodes.ranking is None else nodes.ranking
        assert vectors is not None  # one of the two networks is there
        return vectors[-self.num_items :]

    def take_mixture(self, other: "NGCF_Final") -> None:
        """Have the parts go together as they do in `other`."""
        for name in ("share", "weight", "liked", "calibration"):
            getattr(self, name).copy_(getattr(other, name))

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Each network's own settings for an optimiser."""
        networks = (self.rating, self.ranking)
        groups = [group for network in networks if network for group in network.parameter_groups()]
        return groups if self.level is None else [*groups, {"params": [self.level]}]
