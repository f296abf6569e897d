"""The closed-form predictions of every rating that NGCF_Final is combined with."""

from graphrec.config.filters import ExplicitFilterParams
from graphrec.data.dataset import Dataset
from graphrec.data.interactions import FloatArray
from graphrec.filters.biases import fit_biases
from graphrec.filters.gaussian import GaussianFilter
from graphrec.filters.priors import prior_covariance


def fit_rating_filters(data: Dataset, options: ExplicitFilterParams) -> dict[str, FloatArray]:
    """`base`, `item` and `user`, each (users, items): ratings from biases and residual filters."""
    train = data.train
    mean, user_bias, item_bias = fit_biases(train, data.num_users, data.num_items)
    by_item = GaussianFilter(
        prior_covariance(data.items, options.item_prior), options.noise_variance
    ).fit(
        train.user,
        train.item,
        train.rating - mean - item_bias[train.item],
        data.num_users,
        options.item_over_relaxation,
    )
    by_user = GaussianFilter(
        prior_covariance(data.users, options.user_prior), options.noise_variance
    ).fit(
        train.item,
        train.user,
        train.rating - mean - user_bias[train.user],
        data.num_items,
        options.user_over_relaxation,
    )
    return {
        "base": mean + user_bias[:, None] + item_bias,
        "item": mean + item_bias + by_item,
        "user": mean + user_bias[:, None] + by_user.T,
    }
