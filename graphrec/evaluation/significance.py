"""Whether two predictors differ on the same users: paired bootstrap, corrected for many tests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphrec.config.errors import GraphrecError
from graphrec.evaluation.bootstrap import UserSums

RESAMPLES = 2000
LEVEL = 0.05


@dataclass(frozen=True)
class Difference:
    """Of a measure between two predictors."""

    value: float
    low: float
    high: float
    """95 % bootstrap interval over users, before any correction."""
    p: float
    """Two-sided bootstrap p-value: twice the smaller share of resamples beyond zero."""

    def verdict(self, p_corrected: float, higher_is_better: bool) -> str:
        """`better`, `worse` or `tie` of the first against the second."""
        if p_corrected > LEVEL:
            return "tie"
        return "better" if (self.value > 0) == higher_is_better else "worse"


def paired_difference(first: UserSums, second: UserSums, seed: int) -> Difference:
    """First minus second, with users resampled for both together.

    Raises ValueError if the two were not measured on the same users.
    """
    if not np.array_equal(first.user, second.user):
        raise GraphrecError("expected measures of the same users, got others: evaluate both again")
    rng = np.random.default_rng(seed)
    count = len(first.user)
    weight = rng.multinomial(count, np.full(count, 1 / count), size=RESAMPLES).astype(np.float64)
    draws = (weight @ first.total) / (weight @ first.count)
    draws -= (weight @ second.total) / (weight @ second.count)
    return difference_of(first.value() - second.value(), draws)


def difference_of(value: float, draws: NDArray[np.float64]) -> Difference:
    """Interval and p-value of a difference from its bootstrap draws (n_resamples,)."""
    low, high = np.quantile(draws, [LEVEL / 2, 1 - LEVEL / 2])
    p = 2 * min((draws <= 0).mean(), (draws >= 0).mean())
    return Difference(value, float(low), float(high), min(1.0, max(p, 1 / len(draws))))


def holm(p_values: list[float]) -> list[float]:
    """Holm-Bonferroni corrected p-values, in the given order (Holm 1979)."""
    order = np.argsort(p_values)
    factors = len(p_values) - np.arange(len(p_values))
    ordered = np.maximum.accumulate(np.array(p_values)[order] * factors).clip(max=1)
    corrected = np.empty(len(p_values))
    corrected[order] = ordered
    return [float(p) for p in corrected]
