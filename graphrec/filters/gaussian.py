"""How residuals of one column tell of another's: a covariance learned from rows by EM."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import spotrf, spotri

from graphrec.data.interactions import FloatArray, IntArray


def fit_covariance(
    prior: FloatArray,
    noise_variance: float,
    row: IntArray,
    column: IntArray,
    residual: FloatArray,
    num_rows: int,
    over_relaxation: Sequence[int],
) -> FloatArray:
    """(columns, columns) covariance of rows that are draws of one Gaussian over the columns.

    A row's observed entries, of `row`, `column` and `residual` (n,), are y ~ N(0, C) with
    C = K[c, c] + noise_variance I; K starts at `prior` and takes one EM step an entry of
    `over_relaxation`. With users as rows this is a learned item-item graph, with items as rows a
    user-user one. An EM step is K ← (I + K B / rows) K with B the gradient of the log likelihood; a
    power p > 1 applies the factor p times (over-relaxation), which keeps K positive definite and
    saves steps. Raises FloatingPointError where rounding has left C without an inverse.
    """
    order = np.lexsort((column, row))
    counts = np.bincount(row, minlength=num_rows)
    rows = [
        (column[entries], residual[entries].astype(np.float32))
        for entries in np.split(order, counts.cumsum()[:-1])
        if len(entries)
    ]
    covariance = prior
    for power in over_relaxation:
        factor: NDArray[Any] = covariance @ _gradient(covariance, noise_variance, rows) / num_rows
        factor[np.diag_indices_from(factor)] += 1
        if power == 4:
            factor = factor @ factor
        step = covariance @ factor.T if power == 1 else factor @ covariance @ factor.T
        covariance = (step + step.T) / 2
    return covariance


def _gradient(
    covariance: FloatArray, noise_variance: float, rows: list[tuple[IntArray, FloatArray]]
) -> FloatArray:
    """Twice that of the log likelihood of `rows`: the sum of C^-1 y y' C^-1 - C^-1."""
    size = len(covariance)
    weights = np.zeros((len(rows), size), np.float32)
    precision = np.zeros(size * size, np.float32)
    for number, (column, residual) in enumerate(rows):
        entries = column[:, None] * size + column
        noisy = covariance.take(entries)
        noisy[np.diag_indices_from(noisy)] += np.float32(noise_variance)
        inverse = invert(noisy)
        weights[number, column] = inverse @ residual
        precision[entries] += inverse
    return weights.T @ weights - precision.reshape(size, size)


def invert(matrix: FloatArray) -> FloatArray:
    """Inverse of a symmetric positive definite matrix. Raises FloatingPointError for another."""
    factor, fault = spotrf(matrix.T, lower=1, clean=1)
    if fault:
        raise FloatingPointError(f"expected a positive definite covariance, got fault {fault}")
    low = np.tril(spotri(factor, lower=1)[0])
    result: NDArray[np.float32] = low + np.tril(low, -1).T
    return result
