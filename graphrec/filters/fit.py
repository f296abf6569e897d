"""The closed-form filters of a data set."""

import logging
from collections.abc import Mapping

from torch import Tensor, nn

from graphrec.config.filters import FilterParams
from graphrec.data.dataset import Dataset
from graphrec.filters.ranking import RankingFilters, fit_ranking_filters
from graphrec.filters.rating import MOST_ENTITIES, RatingFilter, fit_rating_filter

log = logging.getLogger(__name__)


class Filters(nn.Module):
    """What rates, where there are ratings, and what ranks."""

    def __init__(self, rating: RatingFilter | None, ranking: RankingFilters) -> None:
        super().__init__()
        self.rating = rating
        self.ranking = ranking

    @property
    def names(self) -> list[str]:
        """Of the ranking filters, in the order of their scores."""
        return self.ranking.names

    @property
    def num_items(self) -> int:
        return int(self.ranking.user_items.shape[1])

    @classmethod
    def from_state(cls, state: Mapping[str, Tensor], prefix: str = "") -> "Filters":
        """The filters with this `state_dict`, or its part below `prefix`, not fitted again."""
        rating = _below(state, f"{prefix}rating.")
        return cls(
            RatingFilter.from_state(rating) if rating else None,
            RankingFilters.from_state(_below(state, f"{prefix}ranking.")),
        )


def _below(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)
    }


def fit_filters(data: Dataset, options: FilterParams, layers: int, seed: int) -> Filters:
    """Those that `options` want, fitted on the training interactions alone.

    There is none of ratings for a large data set. `layers` is how deep the prior of the rating
    filter looks into their graph.
    """
    rating, wanted = None, options.rating if data.explicit else None
    if wanted and max(data.num_users, data.num_items) > MOST_ENTITIES:
        log.warning(
            "No rating filter: expected at most %s users and items for dense covariances, got %s "
            "and %s; the rating network is alone",
            *(f"{number:,}" for number in (MOST_ENTITIES, data.num_users, data.num_items)),
        )
    elif wanted:
        rating = fit_rating_filter(data, wanted, layers)
    return Filters(rating, fit_ranking_filters(data, options.ranking, seed))
