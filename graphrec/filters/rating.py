"""The three closed-form predictions of every rating that NGCF_Final is combined with."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graphrec.data.interactions import Features, FloatArray, TrainingData
from graphrec.filters.gaussian import ResidualFilter, fit_biases

# Prior covariances, chosen on validation: how alike residuals are for a shared kind of feature.
ITEM_PRIOR = {"own": 0.225, "genre": 0.12, "year": 0.09, "all": 0.2}
USER_PRIOR = {"own": 0.375, "features": 0.09, "all": 0.3}
YEAR_WIDTH = 6.0
"""Years over which the likeness of two movies' residuals fades."""


def fit_rating_filters(
    data: TrainingData,
    noise: float,
    item_over_relaxation: Sequence[int],
    user_over_relaxation: Sequence[int],
) -> dict[str, FloatArray]:
    """`base`, `item` and `user`, each (users, items): ratings from biases and residual filters."""
    train = data.train
    mean, user_bias, item_bias = fit_biases(train, data.num_users, data.num_items)
    by_item = ResidualFilter(item_prior(data.item_features), noise).fit(
        train.user,
        train.item,
        train.rating - mean - item_bias[train.item],
        data.num_users,
        item_over_relaxation,
    )
    by_user = ResidualFilter(user_prior(data.user_features), noise).fit(
        train.item,
        train.user,
        train.rating - mean - user_bias[train.user],
        data.num_items,
        user_over_relaxation,
    )
    return {
        "base": mean + user_bias[:, None] + item_bias,
        "item": mean + item_bias + by_item,
        "user": mean + user_bias[:, None] + by_user.T,
    }


def item_prior(features: Features) -> FloatArray:
    """(items, items) covariance before any rating: genres and release years."""
    genre = unit(features["genre"].toarray())
    year = features["year"].toarray() / YEAR_WIDTH
    near = np.exp(-0.5 * (year - year.T) ** 2)
    own = ITEM_PRIOR["own"] * np.eye(len(genre))
    prior = own + ITEM_PRIOR["genre"] * genre @ genre.T + ITEM_PRIOR["year"] * near
    result: FloatArray = (prior + ITEM_PRIOR["all"]).astype(np.float32)
    return result


def user_prior(features: Features) -> FloatArray:
    """(users, users) covariance before any rating: age, gender and occupation."""
    blocks = unit(np.hstack([features[name].toarray() for name in ("age", "gender", "occupation")]))
    prior = USER_PRIOR["own"] * np.eye(len(blocks)) + USER_PRIOR["features"] * blocks @ blocks.T
    result: FloatArray = (prior + USER_PRIOR["all"]).astype(np.float32)
    return result


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of Euclidean length 1; empty ones stay empty."""
    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    result: NDArray[np.float32] = rows / np.maximum(norm, 1e-6)
    return result
