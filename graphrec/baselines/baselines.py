"""The trivial baselines: what a model has to beat, on the same split by the same measures."""

import logging

import numpy as np
import scipy.sparse as sp

from graphrec.baselines.content import Transformed, Weighted, content_baselines
from graphrec.baselines.means import Means, chance, mean_baselines
from graphrec.baselines.rankers import ByPopularity, FromItems
from graphrec.data.dataset import Dataset
from graphrec.filters.similarity import ease, nearest_neighbors

KNN_NEIGHBORS = 100
EASE_REGULARIZATION = 400.0
"""For data of the order of 100,000 ratings; larger ones want a larger one."""
MOST_ITEMS = 12_000
"""Up to which a dense matrix of them is inverted."""

log = logging.getLogger(__name__)

Baseline = Means | ByPopularity | FromItems | Transformed | Weighted


def fit_baselines(data: Dataset) -> dict[str, Baseline]:
    """By name, all fitted on training interactions alone.

    Means predict ratings; the others rank, fitted on the relevant interactions. Of events those
    that go by side information come too; what it and the size do not allow is left out.
    """
    relevant = data.train[data.relevant(data.train)]
    user_items = relevant.matrix(data.num_users, data.num_items)
    popularity = np.bincount(data.train.item, minlength=data.num_items)
    baselines: dict[str, Baseline] = {}
    if data.explicit:
        baselines |= mean_baselines(data.train, data.num_users, data.num_items)
    else:
        baselines |= chance(data.num_users, data.num_items)
        baselines["reversed-popularity"] = ByPopularity(-popularity)
    baselines["popularity"] = ByPopularity(popularity)
    similar = nearest_neighbors(sp.csr_array(user_items.T), KNN_NEIGHBORS)
    baselines["item-knn"] = FromItems(user_items, similar)
    if data.num_items <= MOST_ITEMS:
        baselines["ease"] = FromItems(user_items, ease(user_items, EASE_REGULARIZATION))
    else:
        log.warning(
            "No EASE: expected at most %s items, got %s", f"{MOST_ITEMS:,}", f"{data.num_items:,}"
        )
    if not data.explicit:
        baselines |= content_baselines(data, user_items)
    return baselines
