"""Conjugate gradients over tables against a solve with the whole covariance."""

import numpy as np
import pytest

from graphrec.config.filters import ScaleParams
from graphrec.filters.gaussian_process import TrainingCovariance
from graphrec.filters.time_kernel import TimeKernel, TimeTerms
from tests.filters.dense import (
    ITEMS,
    NOISE,
    SCALES,
    TERMS,
    USERS,
    noisy_covariance,
    random_covariance,
    random_ratings,
)

TRAIN, OF_USERS, OF_ITEMS = random_ratings(), random_covariance(USERS), random_covariance(ITEMS)
NOTHING = TimeKernel(0.0, {})


def solve(scales=SCALES, time=None, block=256, train=TRAIN) -> np.ndarray:
    covariance = TrainingCovariance(train, OF_USERS, OF_ITEMS, scales, NOISE, time, block)
    return covariance.solve(train.rating - np.float32(3), tolerance=1e-6)


@pytest.mark.parametrize(
    "time",
    [None, TERMS, TimeTerms(TERMS.user, NOTHING), TimeTerms(NOTHING, TERMS.taste)],
    ids=["no time", "both", "user", "taste"],
)
@pytest.mark.parametrize(
    "absent", [(), ("item",), ("user",), ("product",), ("item", "user", "product")], ids=str
)
def test_the_solution_is_that_of_the_whole_covariance(absent, time):
    scales = SCALES.model_copy(update=dict.fromkeys(absent, 0.0))
    covariance = noisy_covariance(TRAIN, OF_USERS, OF_ITEMS, scales, time)
    expected = np.linalg.solve(covariance, TRAIN.rating - 3)
    np.testing.assert_allclose(solve(scales, time), expected, atol=1e-4)


def test_the_residual_is_as_small_as_is_said():
    y = TRAIN.rating - np.float32(3)
    x = TrainingCovariance(TRAIN, OF_USERS, OF_ITEMS, SCALES, NOISE).solve(y)
    residual = noisy_covariance(TRAIN, OF_USERS, OF_ITEMS, SCALES, None) @ x - y
    assert np.linalg.norm(residual) <= 3.1e-3 * np.linalg.norm(y)


@pytest.mark.parametrize("block", [1, 3, 512])
def test_users_may_be_taken_in_blocks_of_any_size(block):
    np.testing.assert_allclose(solve(block=block), solve(), atol=1e-5)


def test_the_order_of_the_ratings_is_that_of_the_solution():
    order = np.random.default_rng(3).permutation(len(TRAIN))
    np.testing.assert_array_equal(solve(train=TRAIN[order]), solve()[order])


def test_two_ratings_of_one_pair_are_two():
    twice = TRAIN[np.concatenate([np.arange(len(TRAIN)), [0]])]
    covariance = noisy_covariance(twice, OF_USERS, OF_ITEMS)
    expected = np.linalg.solve(covariance, twice.rating - 3)
    np.testing.assert_allclose(solve(train=twice), expected, atol=1e-4)


def test_of_nothing_the_solution_is_nothing():
    covariance = TrainingCovariance(TRAIN, OF_USERS, OF_ITEMS, SCALES, NOISE)
    assert not covariance.solve(np.zeros(len(TRAIN), np.float32)).any()


def test_what_does_not_converge_is_told():
    covariance = TrainingCovariance(TRAIN, OF_USERS, OF_ITEMS, SCALES, NOISE)
    unknown = np.full(len(TRAIN), np.nan, np.float32)
    with pytest.raises(FloatingPointError, match="expected conjugate gradients to converge"):
        covariance.solve(unknown)


def test_without_any_covariance_noise_alone_divides():
    none = ScaleParams(item=0, user=0, product=0)
    np.testing.assert_allclose(solve(none), (TRAIN.rating - 3) / NOISE, atol=1e-6)
