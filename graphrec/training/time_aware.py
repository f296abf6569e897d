"""The rating model that knows when the rating to predict was given: timeSVD++'s question."""

import numpy as np
import torch
from torch import Tensor

from graphrec.config.params import Params
from graphrec.config.training import RunParams, TimeAwareParams, TimeKernelParams
from graphrec.data.dataset import Dataset
from graphrec.data.interactions import FloatArray, HeldOut, Interactions
from graphrec.filters.rating import RatingFilter, fit_rating_filter
from graphrec.filters.time_kernel import SECONDS_A_DAY, TimeKernel, TimeTerms

RESOLUTION = {"second": 1, "day": SECONDS_A_DAY}


class TimeAwareModel:
    """A rating filter, and what the times of held-out ratings add to its predictions of them."""

    def __init__(self, timeless: RatingFilter, effects: dict[tuple[int, int], float]) -> None:
        self.timeless = timeless
        self.effects = effects
        """User and item → stars; other pairs have none."""

    def predict(self, user: Tensor, item: Tensor) -> Tensor:
        """Users (n,) and items (n,) → a rating for each pair (n,)."""
        pairs = zip(user.tolist(), item.tolist(), strict=True)
        effects = torch.tensor([self.effects.get(pair, 0.0) for pair in pairs])
        return self.timeless.predict(user, item) + effects


def time_terms(options: TimeAwareParams) -> TimeTerms:
    def kernel(section: TimeKernelParams) -> TimeKernel:
        fading = {term.days: term.variance for term in section.fading}
        return TimeKernel(section.same_day, fading, RESOLUTION[options.resolution])

    return TimeTerms(kernel(options.user), kernel(options.taste))


def fit_time_aware(
    run: RunParams,
    params: Params,
    data: Dataset,
    held_out: list[HeldOut],
    options: TimeAwareParams,
) -> TimeAwareModel:
    """The rating filter of a run, without its networks, and the times of all ratings.

    It predicts the ratings of `held_out`, of which it sees user, item and time. Raises ValueError
    for a data set that is too large for the filter, and where `filters.rating` is none.
    """
    if params.filters.rating is None:
        raise ValueError("expected settings of the rating filter in `filters.rating`, got none")
    terms = time_terms(options)
    timeless = fit_rating_filter(data, params.filters.rating, run.layers, terms)
    effects: dict[tuple[int, int], float] = {}
    for part in held_out:
        held = part.interactions
        pairs = zip(held.user.tolist(), held.item.tolist(), strict=True)
        values = effects_of_time(timeless, terms, data.train, held).tolist()
        effects |= dict(zip(pairs, values, strict=True))
    return TimeAwareModel(timeless, effects)


def effects_of_time(
    timeless: RatingFilter, terms: TimeTerms, train: Interactions, held: Interactions
) -> FloatArray:
    """(n,) stars that the times of held-out ratings (n,) add to what `timeless` predicts of them.

    `timeless` was conditioned on `train` with `terms`.
    """
    items, dual = timeless.item_covariance.numpy(), timeless.dual.numpy()
    effects = np.zeros(len(held), np.float32)
    for user in np.unique(held.user):
        rows, mine = np.flatnonzero(held.user == user), np.flatnonzero(train.user == user)
        alike = items[np.ix_(held.item[rows], train.item[mine])]
        shared = terms(held.timestamp[rows], train.timestamp[mine], alike)
        effects[rows] = shared @ dual[mine]
    return effects
