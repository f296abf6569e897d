"""Closed-form rating filters: how residuals of one rating tell of another's, learned by EM."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import spotrf, spotri

from graphrec.data.interactions import FloatArray, IntArray

TimeCovariance = Callable[[IntArray, IntArray], FloatArray]
"""Times (n,) and (m,) of entries of one row → their covariance (n, m)."""


class Row(NamedTuple):
    """What is observed of one row, in the order of the columns."""

    column: IntArray
    residual: FloatArray
    timestamp: IntArray | None


class GaussianFilter:
    """Rows of residuals as draws of one Gaussian over the columns, its covariance learned by EM.

    A row's observed entries are y ~ N(0, C), C = K[c, c] + noise_variance I; K (columns, columns)
    starts at `prior` and takes one EM step an entry of `over_relaxation`. Every entry is then
    predicted by its expectation given the observed ones, K[:, c] C^-1 y. With users as rows this is
    a learned item-item graph, with items as rows a user-user one. An EM step is
    K ← (I + K B / rows) K with B the gradient of the log likelihood; a power p > 1 applies the
    factor p times (over-relaxation), which keeps K positive definite and saves steps.

    With `time_covariance`, a covariance by the times of two entries of a row, C has that term as
    well: what a row's entries of one sitting share is then explained by it and not learned into K.
    """

    def __init__(
        self,
        prior: FloatArray,
        noise_variance: float,
        time_covariance: TimeCovariance | None = None,
    ) -> None:
        self.covariance = prior
        self.noise_variance = noise_variance
        self.time_covariance = time_covariance

    def fit(
        self,
        row: IntArray,
        column: IntArray,
        residual: FloatArray,
        num_rows: int,
        over_relaxation: Sequence[int],
        time: IntArray | None = None,
    ) -> FloatArray:
        """Learn the covariance from n residuals; predict every entry, time apart: (rows, columns).

        `time` (n,), in seconds, is what `time_covariance` looks at.
        """
        order = np.lexsort((column, row))
        edges = np.split(order, np.bincount(row, minlength=num_rows).cumsum()[:-1])
        observed = [
            Row(
                column[edge],
                residual[edge].astype(np.float32),
                None if time is None else time[edge],
            )
            for edge in edges
        ]
        for power in over_relaxation:
            self._improve(observed, power)
        self.weights = self._weights(observed)[0]  # (rows, columns), C^-1 y
        prediction: FloatArray = self.weights @ self.covariance
        return prediction

    def _improve(self, observed: list[Row], power: int) -> None:
        weights, precision = self._weights(observed)
        gradient = weights.T @ weights - precision
        factor: NDArray[Any] = self.covariance @ gradient / len(observed)
        factor[np.diag_indices_from(factor)] += 1
        if power == 4:
            factor = factor @ factor
        both = self.covariance @ factor.T if power == 1 else factor @ self.covariance @ factor.T
        self.covariance = (both + both.T) / 2

    def _weights(self, observed: list[Row]) -> tuple[FloatArray, FloatArray]:
        """Rows of C^-1 y, (rows, columns), and the sum of their C^-1."""
        size = len(self.covariance)
        weights = np.zeros((len(observed), size), np.float32)
        precision = np.zeros((size, size), np.float32)
        for number, (column, residual, time) in enumerate(observed):
            if len(column) == 0:
                continue
            entries = np.ix_(column, column)
            covariance = self.covariance[entries]
            if self.time_covariance is not None and time is not None:
                covariance = covariance + self.time_covariance(time, time)
            inverse = invert(
                covariance + self.noise_variance * np.eye(len(column), dtype=np.float32)
            )
            weights[number, column] = inverse @ residual
            precision[entries] += inverse
        return weights, precision


def invert(matrix: FloatArray) -> FloatArray:
    """Inverse of a symmetric positive definite matrix. Raises FloatingPointError for another."""
    factor, fault = spotrf(matrix.T, lower=1, clean=1)
    if fault:
        raise FloatingPointError(f"expected a positive definite covariance, got fault {fault}")
    low = np.tril(spotri(factor, lower=1)[0])
    result: NDArray[np.float32] = low + np.tril(low, -1).T
    return result
