"""Which closed-form filters a data set has: scores of every user and item, (users, items)."""

import logging

import numpy as np
import scipy.sparse as sp

from graphrec.config.filters import FilterParams
from graphrec.data.dataset import Dataset
from graphrec.data.interactions import FloatArray
from graphrec.filters.biases import fit_biases
from graphrec.filters.rating import fit_rating_filters
from graphrec.filters.similarity import ease
from graphrec.filters.structure import structural_scores

LARGEST = 12_000
"""Users or items up to which a dense table of their pairs is made."""
FLOOR = 0.01
"""Added to a score before its logarithm: what counts as no sign of interest at all."""

log = logging.getLogger(__name__)

Filters = dict[str, FloatArray]


def fit_filters(data: Dataset, options: FilterParams) -> Filters:
    """The filters by name, fitted on the training interactions; none for a large data set.

    Of explicit ratings `base`, `item` and `user`, three predictions of each, and `ranking`; of
    events `ranking` alone.
    """
    if max(data.num_users, data.num_items) > LARGEST:
        log.warning(
            "No filters: expected at most %s users and items for tables of all pairs, got %s and "
            "%s; NGCF_Final is its networks alone",
            *(f"{number:,}" for number in (LARGEST, data.num_users, data.num_items)),
        )
        return {}
    if data.explicit:
        ratings = options.explicit
        strength = 1 + ratings.rating_weight * residuals(data)
        ranking = co_occurrence(data, strength, ratings.regularization, ratings.dropout)
        return {**fit_rating_filters(data, ratings), "ranking": ranking}
    events = options.implicit
    if data.items.blocks("categorical", "multi_valued"):
        return {"ranking": structural_scores(data, events)}
    ones = np.ones(len(data.train), np.float32)
    return {"ranking": co_occurrence(data, ones, events.regularization, events.dropout)}


def residuals(data: Dataset) -> FloatArray:
    """(n,) how far each training rating is above what its user and its item lead to expect."""
    train = data.train
    mean, user, item = fit_biases(train, data.num_users, data.num_items)
    return train.rating - (mean + user[train.user] + item[train.item])


def co_occurrence(
    data: Dataset, strength: FloatArray, regularization: float, dropout: float
) -> FloatArray:
    """(users, items) logarithm of an item-item score, an interaction counting `strength` (n,)."""
    train, shape = data.train, (data.num_users, data.num_items)
    user_items = sp.csr_array((strength, (train.user, train.item)), shape=shape)
    score = user_items @ ease(user_items, regularization, dropout)
    result: FloatArray = np.log(np.maximum(score, 0) + FLOOR).astype(np.float32)
    return result
