"""The covariance learned from rows against the Gaussian model that it is derived from."""

import numpy as np
import pytest

from graphrec.filters.gaussian import fit_covariance, invert

ROWS, COLUMNS, NOISE = 15, 6, 0.5


@pytest.fixture
def prior() -> np.ndarray:
    root = np.random.default_rng(0).normal(size=(COLUMNS, COLUMNS)).astype(np.float32)
    return (root @ root.T / COLUMNS + 0.5 * np.eye(COLUMNS)).astype(np.float32)


@pytest.fixture
def observed() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, column and residual; the last row has none, and the order is random."""
    rng = np.random.default_rng(1)
    row, column = rng.permutation(np.argwhere(rng.random((ROWS - 1, COLUMNS)) < 0.6)).T
    return row, column, rng.normal(size=len(row)).astype(np.float32)


def fit(prior, observed, over_relaxation) -> np.ndarray:
    return fit_covariance(prior.copy(), NOISE, *observed, ROWS, over_relaxation)


def log_likelihood(covariance, observed) -> float:
    total = 0.0
    for number in range(ROWS):
        row, column, residual = observed
        c, y = column[row == number], residual[row == number].astype(np.float64)
        if len(c):
            noisy = covariance[np.ix_(c, c)].astype(np.float64) + NOISE * np.eye(len(c))
            total -= 0.5 * (np.linalg.slogdet(noisy)[1] + y @ np.linalg.solve(noisy, y))
    return total


def test_without_a_step_the_prior_remains(prior, observed):
    np.testing.assert_array_equal(fit(prior, observed, []), prior)


def test_an_em_step_is_the_textbook_one(prior, observed):
    """K becomes the mean over rows of the posterior second moment of the row."""
    row, column, residual = observed
    expected = np.zeros((COLUMNS, COLUMNS))
    for number in range(ROWS):
        c, y = column[row == number], residual[row == number]
        gain = prior[:, c] @ np.linalg.inv(prior[np.ix_(c, c)] + NOISE * np.eye(len(c)))
        mean = gain @ y
        expected += np.outer(mean, mean) + prior - gain @ prior[c]
    np.testing.assert_allclose(fit(prior, observed, [1]), expected / ROWS, atol=1e-5)


@pytest.mark.parametrize("power", [1, 2, 4])
def test_steps_raise_the_likelihood_and_keep_the_covariance_positive_definite(
    prior, observed, power
):
    before = log_likelihood(prior, observed)
    for count in range(1, 4):
        covariance = fit(prior, observed, [power] * count)
        assert covariance.dtype == np.float32
        np.testing.assert_allclose(covariance, covariance.T, atol=1e-6)
        assert np.linalg.eigvalsh(covariance).min() > 0
        after = log_likelihood(covariance, observed)
        assert after > before
        before = after


def test_invert_agrees_with_numpy_and_refuses_what_is_not_positive_definite(prior):
    np.testing.assert_allclose(invert(prior), np.linalg.inv(prior), rtol=1e-3, atol=1e-4)
    with pytest.raises(FloatingPointError, match="positive definite"):
        invert(-prior)


def test_the_order_of_the_entries_does_not_matter(prior, observed):
    order = np.random.default_rng(3).permutation(len(observed[0]))
    shuffled = tuple(values[order] for values in observed)
    np.testing.assert_array_equal(fit(prior, observed, [1, 2]), fit(prior, shuffled, [1, 2]))


@pytest.mark.parametrize("power", [2, 4])
def test_over_relaxation_applies_the_factor_of_a_step_as_often_as_it_says(prior, observed, power):
    """A plain step is K ← F K, so that F is known from it; half of the times go to either side."""
    factor = fit(prior, observed, [1]) @ np.linalg.inv(prior.astype(np.float64))
    half = np.linalg.matrix_power(factor, power // 2)
    np.testing.assert_allclose(fit(prior, observed, [power]), half @ prior @ half.T, atol=1e-4)
