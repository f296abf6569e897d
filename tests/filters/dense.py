"""Ratings made at random, and their Gaussian process with the whole covariance written out."""

import numpy as np
import torch

from graphrec.config.filters import ScaleParams
from graphrec.data.interactions import Interactions
from graphrec.filters.gaussian_process import TrainingCovariance
from graphrec.filters.rating import RatingFilter
from graphrec.filters.time_kernel import SECONDS_A_DAY, TimeKernel, TimeTerms

USERS, ITEMS, NOISE, MEAN = 7, 5, 0.5, 3.25
SCALES = ScaleParams(item=0.6, user=0.4, product=0.3)
TERMS = TimeTerms(TimeKernel(0.2, {0.5: 0.3}), TimeKernel(0.1, {1.0: 0.2}))


def random_ratings() -> Interactions:
    """In random order; the last user and the last item have none, and the pairs are distinct."""
    rng = np.random.default_rng(1)
    pairs = rng.permutation(np.argwhere(rng.random((USERS - 1, ITEMS - 1)) < 0.6))
    rating = rng.integers(1, 6, len(pairs)).astype(np.float32)
    time = rng.integers(0, 3 * SECONDS_A_DAY, len(pairs))
    return Interactions(*pairs.T.copy(), rating, time)


def random_covariance(size: int) -> np.ndarray:
    root = np.random.default_rng(size).normal(size=(size, size))
    return (root @ root.T / size + 0.3 * np.eye(size)).astype(np.float32)


def cross_covariance(first, second, users, items, scales=SCALES, time=None) -> np.ndarray:
    """(n, m) of what two sets of ratings share, in double precision, a pair at a time."""
    result = np.zeros((len(first), len(second)))
    for a in range(len(first)):
        for b in range(len(second)):
            u, v, i, j = first.user[a], second.user[b], first.item[a], second.item[b]
            result[a, b] = scales.product * users[u, v] * items[i, j]
            result[a, b] += scales.item * items[i, j] * (u == v)
            result[a, b] += scales.user * users[u, v] * (i == j)
            if time is not None and u == v:
                stamps = first.timestamp[[a]], second.timestamp[[b]]
                result[a, b] += time(*stamps, items[[i]][:, [j]])[0, 0]
    return result


def noisy_covariance(train, users, items, scales=SCALES, time=None) -> np.ndarray:
    shared = cross_covariance(train, train, users, items, scales, time)
    return shared + NOISE * np.eye(len(train))


def condition(train, users, items, time=None) -> RatingFilter:
    """The filter itself, given `train`."""
    covariance = TrainingCovariance(train, users, items, SCALES, NOISE, time)
    dual = covariance.solve(train.rating - np.float32(MEAN), tolerance=1e-6)
    return RatingFilter(
        *map(torch.from_numpy, (users, items, train.user, train.item, dual)),
        torch.tensor(MEAN),
        torch.tensor([SCALES.item, SCALES.user, SCALES.product]),
        torch.tensor(NOISE),
    )
