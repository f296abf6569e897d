"""How near an item is to a user's items, by what is known of items and by who else has them."""

import numpy as np
import scipy.sparse as sp

from graphrec.config.filters import ImplicitFilterParams
from graphrec.data.dataset import Dataset
from graphrec.data.features import mean_over_groups, stack, tf_idf, unit_rows
from graphrec.data.interactions import FloatArray
from graphrec.filters.similarity import mean_rows, shared_columns


def structural_scores(data: Dataset, options: ImplicitFilterParams) -> FloatArray:
    """(users, items): the weighted sum of four scores, fitted on the training events.

    `content` is the cosine of multi-valued side information, an item's being smoothed with that of
    the other items of its category and of its users; `category`, whether a categorical value is
    shared; `co_users`, the logarithm of the users in common; `category_users`, how many users their
    categories share. A score that the side information does not allow is 0.
    """
    user_items = data.train.matrix(data.num_users, data.num_items)
    co_users = shared_columns(sp.csr_array(user_items.T))
    scores = {"co_users": (user_items @ co_users).log1p()}
    categories = stack(data.items.blocks("categorical").values())
    if categories is not None:
        by_users = unit_rows(sp.csr_array((user_items @ categories).T))  # (categories, users)
        alike = user_items @ categories @ (by_users @ by_users.T) @ categories.T
        shared = user_items @ shared_columns(categories)
        scores |= {"category": (shared > 0).astype(np.float32), "category_users": alike.sqrt()}
    values = stack(data.items.blocks("multi_valued").values())
    if values is not None:
        weights = tf_idf(values)
        smoothed = (
            weights
            + options.category_smoothing * mean_over_groups(categories, weights)
            + options.co_user_smoothing * mean_rows(co_users) @ weights
        )
        profile = unit_rows(sp.csr_array(smoothed))
        scores["content"] = unit_rows(sp.csr_array(user_items @ profile)) @ profile.T
    total = sum(getattr(options.weights, name) * score for name, score in scores.items())
    return sp.csr_array(total).toarray().astype(np.float32)
