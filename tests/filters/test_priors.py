"""The covariance that is expected of residuals before any is seen."""

import numpy as np
import pytest

from graphrec.config.filters import PriorParams
from graphrec.data.dataset import FeatureBlock
from graphrec.data.features import categorical, numeric
from graphrec.filters.priors import prior_covariance
from tests.datasets import entities
from tests.faults import PARAMS

OPTIONS = PriorParams(own=0.5, shared=0.25, values=0.125, numeric=1.0, numeric_width=2.0)


def test_without_side_information_all_are_equally_alike():
    prior = prior_covariance(entities("i", 3), OPTIONS)
    np.testing.assert_array_equal(prior, 0.5 * np.eye(3) + 0.25)
    assert prior.dtype == np.float32


def test_shared_values_count_by_the_cosine_of_all_of_them():
    genre = categorical(np.array(["a", "b", "a", ""]))
    known = prior_covariance(entities("i", 4, genre=genre), OPTIONS)
    plain = prior_covariance(entities("i", 4), OPTIONS)
    expected = np.array([[1, 0, 1, 0], [0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]])
    np.testing.assert_allclose(known - plain, 0.125 * expected, atol=1e-6)
    country = FeatureBlock(
        "multi_valued", categorical(np.array(["x", "x", "y", "y"])).matrix, genre.columns
    )
    both = prior_covariance(entities("i", 4, genre=genre, country=country), OPTIONS) - plain
    half, root = 0.125 / 2, 0.125 / np.sqrt(2)
    assert both[0, 1] == pytest.approx(half)
    assert both[0, 2] == pytest.approx(half)
    assert both[2, 3] == pytest.approx(root)
    assert both[3, 3] == pytest.approx(0.125)


def test_numbers_count_by_their_distance_in_widths_and_zero_is_one():
    year = numeric("year", np.array([0.0, 4.0, np.nan, 0.0], np.float32))
    change = prior_covariance(entities("i", 4, year=year), OPTIONS)
    change -= prior_covariance(entities("i", 4), OPTIONS)
    width = 2 * np.std([0, 4, 0])
    near = np.exp(-0.5 * (4 / width) ** 2)
    expected = [[1, near, 0, 1], [near, 1, 0, near], [0, 0, 0, 0], [1, near, 0, 1]]
    np.testing.assert_allclose(change, expected, atol=1e-6)


def test_equal_numbers_are_finite():
    year = numeric("year", np.full(3, 1999, np.float32))
    change = prior_covariance(entities("i", 3, year=year), OPTIONS)
    np.testing.assert_allclose(change - prior_covariance(entities("i", 3), OPTIONS), 1, atol=1e-6)


@pytest.mark.parametrize("side", ["users", "items"])
def test_it_is_symmetric_and_positive_definite(data, side):
    for options in (PARAMS.filters.explicit.item_prior, PARAMS.filters.explicit.user_prior):
        prior = prior_covariance(getattr(data, side), options)
        np.testing.assert_allclose(prior, prior.T, atol=1e-6)
        assert np.linalg.eigvalsh(prior.astype(np.float64)).min() > 0
