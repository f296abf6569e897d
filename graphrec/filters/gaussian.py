"""Closed-form rating filters: how residuals of one rating tell of another's, learned by EM."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import spotrf, spotri

from graphrec.data.interactions import FloatArray, IntArray, Interactions

USER_DAMPING, ITEM_DAMPING = 5.0, 3.0
"""Ratings' worth of zero that a user's and an item's bias start from."""
SWEEPS = 15

TimeCovariance = Callable[[IntArray, IntArray], FloatArray]
"""Times (n,) and (m,) of entries of one row → their covariance (n, m)."""


def fit_biases(
    train: Interactions, num_users: int, num_items: int
) -> tuple[float, FloatArray, FloatArray]:
    """Overall mean, user biases (users,) and item biases (items,), by alternating damped means."""
    mean = float(train.rating.mean(dtype=np.float64))
    user, item = np.zeros(num_users), np.zeros(num_items)
    per_user = np.bincount(train.user, minlength=num_users) + USER_DAMPING
    per_item = np.bincount(train.item, minlength=num_items) + ITEM_DAMPING
    for _ in range(SWEEPS):
        item = np.bincount(train.item, train.rating - mean - user[train.user], num_items) / per_item
        user = np.bincount(train.user, train.rating - mean - item[train.item], num_users) / per_user
    return mean, user.astype(np.float32), item.astype(np.float32)


class Row(NamedTuple):
    """What is observed of one row, in the order of the columns."""

    column: IntArray
    residual: FloatArray
    time: IntArray | None


class ResidualFilter:
    """Rows of residuals as draws of one Gaussian over the columns, its covariance learned by EM.

    A row's observed entries are y ~ N(0, C), C = K[c, c] + noise I; K (columns, columns) starts at
    `prior` and takes one EM step a entry of `powers`. Every entry is then predicted by its
    expectation given the row's observed ones, K[:, c] C^-1 y. With users as rows this is a
    learned item-item graph, with items as rows a user-user one. An EM step is
    K ← (I + K B / rows) K with B the gradient of the log likelihood; a power p > 1 applies the
    factor p times (over-relaxation), which keeps K positive definite and saves steps.

    With `likeness`, a covariance by the times of two entries of a row, C has that term as well:
    what a row's entries of one sitting share is then explained by it and not learned into K.
    """

    def __init__(
        self, prior: FloatArray, noise: float, likeness: TimeCovariance | None = None
    ) -> None:
        self.covariance = prior
        self.noise = noise
        self.likeness = likeness

    def fit(
        self,
        row: IntArray,
        column: IntArray,
        residual: FloatArray,
        num_rows: int,
        powers: Sequence[int],
        time: IntArray | None = None,
    ) -> FloatArray:
        """Learn the covariance from n residuals; predict every entry, time apart: (rows, columns).

        `time` (n,), in seconds, is what `likeness` looks at.
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
        for power in powers:
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
            here = np.ix_(column, column)
            covariance = self.covariance[here]
            if self.likeness is not None and time is not None:
                covariance = covariance + self.likeness(time, time)
            inverse = invert(covariance + self.noise * np.eye(len(column), dtype=np.float32))
            weights[number, column] = inverse @ residual
            precision[here] += inverse
        return weights, precision


def invert(matrix: FloatArray) -> FloatArray:
    """Inverse of a symmetric positive definite matrix. Raises FloatingPointError for another."""
    factor, fault = spotrf(matrix.T, lower=1, clean=1)
    if fault:
        raise FloatingPointError(f"expected a positive definite covariance, got fault {fault}")
    low = np.tril(spotri(factor, lower=1)[0])
    result: NDArray[np.float32] = low + np.tril(low, -1).T
    return result
