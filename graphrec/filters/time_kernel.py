"""What the times of ratings tell of them: a user's ratings of one sitting lean the same way."""

from dataclasses import dataclass

import numpy as np

from graphrec.data.interactions import FloatArray, IntArray

SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class TimeKernel:
    """Covariance of two residuals of a user: same_day [same day] + Σ variance exp(-gap / days)."""

    same_day: float
    fading: dict[float, float]
    """Days over which a term fades → its variance."""
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
class TimeTerms:
    """What two ratings of one user share by their times."""

    user: TimeKernel
    """Whatever the items: a mood, in squared stars."""
    taste: TimeKernel
    """Times the covariance of the two items: liking more of what is alike, for a while."""

    def __call__(self, first: IntArray, second: IntArray, items: FloatArray) -> FloatArray:
        """(n, m) covariances of ratings at times (n,) and (m,) of items with covariance (n, m)."""
        result: FloatArray = self.user(first, second) + self.taste(first, second) * items
        return result
