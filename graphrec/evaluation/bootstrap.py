"""Measures as functions of how often each user counts, and their spread over users."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64] | None
"""(all users,) how often each user counts; None for once."""
Measure = Callable[[Weights], float]


@dataclass(frozen=True)
class UserSums:
    """A measure as a ratio of two sums over users, so that users can be resampled."""

    user: NDArray[np.int64]
    """(u,) users, each once."""
    total: NDArray[np.float64]
    """(u,) what they add to the numerator."""
    count: NDArray[np.float64]
    """(u,) what they add to the denominator."""

    @classmethod
    def of(cls, user: NDArray[np.int64], value: NDArray[np.floating]) -> "UserSums":
        """Sum and count of `value` (n,) for each user in `user` (n,)."""
        present, row = np.unique(user, return_inverse=True)
        count = np.bincount(row, minlength=len(present)).astype(np.float64)
        total = np.bincount(row, value.astype(np.float64), len(present)).astype(np.float64)
        return cls(present, total, count)

    def value(self, weight: Weights = None) -> float:
        """The measure with each of `user` counted `weight` (u,) times; NaN if nobody counts."""
        weight = np.ones(len(self.user)) if weight is None else weight
        count = float(weight @ self.count)
        return float(weight @ self.total) / count if count else float("nan")

    def __call__(self, weight: Weights) -> float:
        return self.value(None if weight is None else weight[self.user])


def resample(
    measures: dict[str, Measure], user: NDArray[np.int64], n_resamples: int, seed: int
) -> dict[str, NDArray[np.float64]]:
    """Each measure over bootstrap resamples of the users in `user`: (n_resamples,) by name.

    The same users and seed give the same resamples, so that the draws of two models are paired.
    """
    rng = np.random.default_rng(seed)
    present = np.unique(user)
    draws: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(n_resamples):
        weight = np.zeros(int(user.max()) + 1)
        np.add.at(weight, rng.choice(present, len(present)), 1.0)
        for name, measure in measures.items():
            draws[name].append(measure(weight))
    return {name: np.array(values) for name, values in draws.items()}
