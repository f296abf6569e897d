"""What an interaction of someone new counts in the ranking filters."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from graphrec.data.dataset import Dataset
from graphrec.data.interactions import FloatArray, Interactions
from graphrec.filters.biases import USER_DAMPING, damped_means, fit_biases
from graphrec.filters.ranking import FLOOR


@dataclass(frozen=True)
class Strengths:
    """1 for an event, 1 + rating_weight * residual for a rating, as in `fit_ranking_filters`."""

    num_items: int
    rating_weight: float = 0.0
    mean: float = 0.0
    item_bias: FloatArray | None = None
    """(items,), None for events."""

    @classmethod
    def fit(cls, data: Dataset, user_items: sp.csr_array) -> "Strengths":
        """Those that turned the training interactions of `data` into `user_items`.

        What a rating weighs is read off from them: strengths above the floor are linear in the
        residuals.
        """
        if not data.explicit:
            return cls(data.num_items)
        train = data.train
        mean, user, item = fit_biases(train, data.num_users, data.num_items)
        residual = train.rating - (mean + user[train.user] + item[train.item])
        above = sp.csr_array((residual, (train.user, train.item)), shape=user_items.shape)
        above.sort_indices()
        # The two have the same entries in the same order.
        free = user_items.data > 1.01 * FLOOR
        x, y = above.data[free].astype(np.float64), user_items.data[free] - 1.0
        return cls(data.num_items, float(x @ y / max(float(x @ x), 1e-12)), mean, item)

    def __call__(self, new: Interactions, num_users: int) -> sp.csr_array:
        """(num_users, items) rows of new users 0 … num_users - 1."""
        strength = np.ones(len(new), np.float32)
        if self.item_bias is not None:
            rest = new.rating - self.mean - self.item_bias[new.item]
            user = damped_means(new.user, rest, num_users, USER_DAMPING)
            residual = rest - user[new.user]
            strength = np.maximum(1 + self.rating_weight * residual, FLOOR).astype(np.float32)
        shape = (num_users, self.num_items)
        return sp.csr_array((strength, (new.user, new.item)), shape=shape)
