"""The advanced model that the ten runs train."""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models.calibration import fit_platt
from graphrec.models.ranking_network import RankingNetwork
from graphrec.models.rating_network import RatingNetwork


class Nodes(NamedTuple):
    """Node vectors of the networks that a model has."""

    rating: Tensor | None
    ranking: Tensor | None


class NGCF_Final(nn.Module):
    """Graph networks for both errors, joined with closed-form filters of the same training graph.

    Relevance is *watched* times *liked*. `rating`, trained by the MSE, predicts the target;
    `ranking`, trained by the log error, scores how likely a pair is to be observed at all. Trained
    alone, each is weighed against a closed-form filter when it is used:

        target(u, i) = w_r rating(u, i) + rating_filter[u, i]
        score(u, i)  = w_s ranking(u, i) + ranking_filter[u, i]
                       + log sigmoid(slope * (target(u, i) - centre))

    A model without `ranking` scores by its target. One without `rating` has no last term, and its
    target is the chance of an interaction: sigmoid(a ranking(u, i) + b), a and b learned, while it
    trains, and sigmoid(a' score(u, i) + b') afterwards, a' and b' calibrated on validation, since
    interactions that a network has learned from look more certain to it than others. The filters,
    (users, items), are no parameters: they come from the training interactions and bear their
    weights already.
    """

    def __init__(
        self,
        rating: RatingNetwork | None,
        ranking: RankingNetwork | None,
        rating_weight: float = 1.0,
        rating_filter: Tensor | None = None,
        ranking_weight: float = 1.0,
        ranking_filter: Tensor | None = None,
        liked_slope: float = 1.0,
        liked_centre: float = 3.6,
    ) -> None:
        if rating is None and ranking is None:
            raise ValueError("expected a rating or a ranking network, got neither")
        super().__init__()
        self.rating = rating
        self.ranking = ranking
        self.rating_weight = rating_weight
        self.ranking_weight = ranking_weight
        self.register_buffer("rating_filter", rating_filter, persistent=False)
        self.register_buffer("ranking_filter", ranking_filter, persistent=False)
        self.rating_filter: Tensor | None
        self.ranking_filter: Tensor | None
        self.liked_slope = liked_slope
        self.liked_centre = liked_centre
        # The log error leaves a score's level and scale open; a target needs both.
        self.level = nn.Parameter(torch.tensor([1.0, 0.0])) if rating is None else None
        self.register_buffer("calibration", torch.tensor([1.0, 0.0]) if rating is None else None)
        self.calibration: Tensor | None

    def forward(self, graph: BipartiteGraph, edge_mask: Tensor | None = None) -> Nodes:
        """The vectors of all nodes; users first, then items.

        `edge_mask` (edges,) marks what carries messages.
        """
        return Nodes(
            None if self.rating is None else self.rating(graph, edge_mask),
            None if self.ranking is None else self.ranking(graph, edge_mask),
        )

    def predict(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """Predicted target of each pair (n,)."""
        if self.rating is None or nodes.rating is None:
            return self._chance(self.score(nodes, user, item))
        predicted = self.rating.predict(nodes.rating, user, item)
        if self.training or self.rating_filter is None:
            return predicted
        return self.rating_weight * predicted + self.rating_filter[user, item]

    def calibrate(self, nodes: Nodes, user: Tensor, item: Tensor, target: Tensor) -> None:
        """Set what turns scores into chances, from held-out pairs (n,) with targets 0 and 1.

        A model that predicts ratings has nothing to set.
        """
        if self.calibration is not None:
            self.calibration.copy_(fit_platt(self.score(nodes, user, item), target))

    def score(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """Ranking score of each pair (n,)."""
        if self.ranking is None:
            return self.predict(nodes, user, item)
        assert nodes.ranking is not None
        score = self.ranking.score(nodes.ranking, user, item)
        if self.training:
            return score
        if self.ranking_filter is not None:
            score = self.ranking_weight * score + self.ranking_filter[user, item]
        if self.rating is None:
            return score
        return score + self._liked(self.predict(nodes, user, item))

    def predict_and_score(self, nodes: Nodes, user: Tensor, item: Tensor) -> tuple[Tensor, Tensor]:
        """Predicted target and ranking score of the same pairs, (n,) each, looked up once."""
        if self.ranking is None:
            predicted = self.predict(nodes, user, item)
            return predicted, predicted
        score = self.score(nodes, user, item)
        if self.rating is None:
            return self._chance(score), score
        return self.predict(nodes, user, item), score

    def score_block(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        """Ranking scores of each of `item` (m,) for each of `user` (n,): (n, m)."""
        if self.ranking is None or nodes.ranking is None:
            return self._predict_block(nodes, user, item)
        score = self.ranking.score_block(nodes.ranking, user, item)
        if self.training:
            return score
        if self.ranking_filter is not None:
            score = self.ranking_weight * score + self.ranking_filter[user][:, item]
        if self.rating is None:
            return score
        return score + self._liked(self._predict_block(nodes, user, item))

    def _predict_block(self, nodes: Nodes, user: Tensor, item: Tensor) -> Tensor:
        assert self.rating is not None  # one of the two networks is there
        assert nodes.rating is not None
        predicted = self.rating.predict_block(nodes.rating, user, item)
        if self.training or self.rating_filter is None:
            return predicted
        return self.rating_weight * predicted + self.rating_filter[user][:, item]

    def _chance(self, score: Tensor) -> Tensor:
        chosen = self.level if self.training else self.calibration
        assert chosen is not None  # made where there is no rating network
        return torch.sigmoid(chosen[0] * score + chosen[1])

    def _liked(self, target: Tensor) -> Tensor:
        return F.logsigmoid(self.liked_slope * (target - self.liked_centre))

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Each network's own settings for an optimiser."""
        networks = (self.rating, self.ranking)
        groups = [group for network in networks if network for group in network.parameter_groups()]
        return groups if self.level is None else [*groups, {"params": [self.level]}]
