"""Covariances by time."""

import numpy as np
import pytest

from graphrec.filters.time_kernel import SECONDS_A_DAY, TimeKernel, TimeTerms

KERNEL = TimeKernel(0.05, {0.01: 0.08, 2.0: 0.1})


def test_the_kernel_is_the_sum_of_its_terms():
    time = np.array([0, 600, SECONDS_A_DAY - 1, SECONDS_A_DAY], np.int64)
    covariance = KERNEL(time, time)
    gap = 600 / SECONDS_A_DAY
    expected = 0.05 + 0.08 * np.exp(-gap / 0.01) + 0.1 * np.exp(-gap / 2)
    assert covariance[0, 1] == pytest.approx(expected)
    assert covariance[0, 0] == pytest.approx(0.23)
    assert covariance[2, 3] < 0.05 + covariance[0, 1]
    np.testing.assert_allclose(covariance, covariance.T)
    assert np.linalg.eigvalsh(covariance.astype(np.float64)).min() > -1e-9


def test_a_clock_of_days_cannot_tell_hours_apart():
    kernel = TimeKernel(0.05, {30.0: 0.03}, resolution=SECONDS_A_DAY)
    early, late = np.array([0], np.int64), np.array([SECONDS_A_DAY - 1], np.int64)
    other = np.array([5 * SECONDS_A_DAY + 7], np.int64)
    assert kernel(early, other) == kernel(late, other)
    assert kernel(early, late) == kernel(early, early)


def test_taste_counts_by_how_alike_the_items_are():
    time = np.array([0, 600], np.int64)
    items = np.array([[1.0, -0.5], [-0.5, 2.0]], np.float32)
    taste = TimeKernel(0.4, {})
    expected = KERNEL(time, time) + 0.4 * items
    np.testing.assert_allclose(TimeTerms(KERNEL, taste)(time, time, items), expected, atol=1e-6)
