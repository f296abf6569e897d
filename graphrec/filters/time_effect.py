"""What the time of a rating tells of it: a user's ratings of one sitting lean the same way."""

from dataclasses import dataclass, replace

import numpy as np

from graphrec.config.filters import ExplicitFilterParams
from graphrec.data.dataset import Dataset
from graphrec.data.interactions import FloatArray, IntArray
from graphrec.filters.biases import fit_biases
from graphrec.filters.gaussian import GaussianFilter
from graphrec.filters.priors import prior_covariance
from graphrec.filters.rating import fit_rating_filters

SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class TimeKernel:
    """Covariance of two residuals of a user: same_day [same day] + Σ variance exp(-gap / days)."""

    same_day: float
    fading: dict[float, float]
    """Days over which a term fades → its variance, in squared stars."""
    resolution: int = 1
    """Seconds; all that is known of a time is which multiple of it came last."""

    def __call__(self, first: IntArray, second: IntArray) -> FloatArray:
        """(n, m) covariances of ratings at times (n,) and (m,), in seconds since 1970."""
        first, second = (time // self.resolution * self.resolution for time in (first, second))
        day = (first[:, None] // SECONDS_A_DAY == second // SECONDS_A_DAY).astype(np.float32)
        gap = np.abs(first[:, None] - second).astype(np.float32) / SECONDS_A_DAY
        total = self.same_day * day
        for days, variance in self.fading.items():
            total += np.float32(variance) * np.exp(-gap / np.float32(days))
        result: FloatArray = total
        return result


@dataclass(frozen=True)
class TimeEffect:
    """How much a user's ratings at a time lie above what is expected of them, learned in training.

    The expectation, given all training ratings of the user, of the term with covariance `kernel`.
    """

    kernel: TimeKernel
    timestamp: list[IntArray]
    """For each user the times of the training ratings."""
    weight: list[FloatArray]
    """For each user C^-1 y of the training ratings, see `GaussianFilter`."""

    def of(self, user: IntArray, time: IntArray) -> FloatArray:
        """(n,) stars, for ratings by `user` (n,) at `time` (n,)."""
        effect = np.zeros(len(user), np.float32)
        for number in np.unique(user):
            rows = user == number
            effect[rows] = self.kernel(time[rows], self.timestamp[number]) @ self.weight[number]
        return effect


def fit_with_time(
    data: Dataset, kernel: TimeKernel, options: ExplicitFilterParams
) -> tuple[Dataset, dict[str, FloatArray], TimeEffect]:
    """Training data with the time effect taken off its ratings, the rating filters, the effect.

    The item filter explains ratings by movies and by time at once; what it gives to time is taken
    off before the biases, the user filter and a network see the ratings.
    """
    train = data.train
    mean, _, item_bias = fit_biases(train, data.num_users, data.num_items)
    prior = prior_covariance(data.items, options.item_prior)
    joint = GaussianFilter(prior, options.noise_variance, kernel)
    by_item = joint.fit(
        train.user,
        train.item,
        train.rating - mean - item_bias[train.item],
        data.num_users,
        options.item_over_relaxation,
        train.timestamp,
    )
    rows = [np.flatnonzero(train.user == user) for user in range(data.num_users)]
    effect = TimeEffect(
        kernel,
        [train.timestamp[mine] for mine in rows],
        [joint.weights[train.user[mine], train.item[mine]] for mine in rows],
    )
    timeless = replace(train, rating=train.rating - effect.of(train.user, train.timestamp))
    freed = replace(data, train=timeless)
    # Of the second fit the item filter is not used: the joint one has seen more.
    user_only = options.model_copy(update={"item_over_relaxation": []})
    filters = fit_rating_filters(freed, user_only)
    return freed, filters | {"item": mean + item_bias + by_item}, effect
