"""How alike users are, and items, as the residuals of the training ratings have it."""

from graphrec.config.filters import RatingFilterParams
from graphrec.data.dataset import Dataset
from graphrec.data.interactions import FloatArray
from graphrec.filters.biases import fit_biases
from graphrec.filters.gaussian import fit_covariance
from graphrec.filters.priors import prior_covariance, propagated_similarity


def fit_covariances(
    data: Dataset, options: RatingFilterParams, layers: int
) -> tuple[FloatArray, FloatArray]:
    """Of users (users, users) and of items (items, items), each learned from the other's rows.

    The prior looks `layers` steps into the graph of the training ratings.
    """
    train, size = data.train, (data.num_users, data.num_items)
    of_users, of_items = propagated_similarity(train.matrix(*size), layers)
    mean, user_bias, item_bias = fit_biases(train, *size)
    by_user = fit_covariance(
        prior_covariance(data.users, options.user_prior, of_users),
        options.noise_variance,
        train.item,
        train.user,
        train.rating - mean - user_bias[train.user],
        data.num_items,
        options.user_over_relaxation,
    )
    by_item = fit_covariance(
        prior_covariance(data.items, options.item_prior, of_items),
        options.noise_variance,
        train.user,
        train.item,
        train.rating - mean - item_bias[train.item],
        data.num_users,
        options.item_over_relaxation,
    )
    return by_user, by_item
