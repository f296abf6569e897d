"""Side information as models take it, worked out by hand."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from graphrec.data.dataset import FeatureBlock
from graphrec.data.features import BINS, CATEGORY_WEIGHT, categorical, encode, numeric, tf_idf
from tests.datasets import entities


def flags(rows) -> FeatureBlock:
    matrix = sp.csr_array(np.array(rows, np.float32))
    return FeatureBlock("multi_valued", matrix, np.arange(matrix.shape[1]).astype(str))


def numbers(values) -> FeatureBlock:
    return numeric("year", np.array(values, np.float32))


def test_without_side_information_nothing_is_encoded():
    assert encode(entities("e", 3)).shape == (3, 0)


def test_encode_puts_all_blocks_side_by_side_in_the_order_of_their_names():
    blocks = {
        "c": numbers([1, 2, np.nan]),
        "b": categorical(np.array(["x", "", "y"])),
        "a": flags([[1, 0], [0, 1], [0, 0]]),
    }
    encoded = encode(entities("e", 3, **blocks))
    assert encoded.dtype == np.float32
    matrix = encoded.toarray()
    np.testing.assert_allclose(matrix[:, :2], tf_idf(blocks["a"].matrix).toarray(), atol=1e-7)
    categories = CATEGORY_WEIGHT * blocks["b"].matrix.toarray()
    np.testing.assert_allclose(matrix[:, 2:4], categories, atol=1e-7)
    np.testing.assert_allclose(matrix[:, 4], [-1, 1, 0])
    assert matrix[:, 5:].sum(axis=1).tolist() == [1, 1, 0]


@pytest.mark.parametrize("count", [1, 5, 200])
def test_a_number_falls_into_one_of_its_quantiles(count):
    values = np.random.default_rng(count).normal(size=count)
    matrix = encode(entities("e", count, year=numbers(values))).toarray()
    flagged = matrix[:, 1:]
    assert flagged.shape[1] <= BINS
    np.testing.assert_array_equal(flagged.sum(axis=1), 1)
    bins = flagged.argmax(axis=1)
    assert (np.diff(bins[np.argsort(values)]) >= 0).all()
    if count == 200:
        np.testing.assert_allclose(np.bincount(bins), 200 / BINS, atol=1)


@pytest.mark.parametrize("values", [[7, 7, np.nan], [np.nan] * 3, [0, 0, 0]])
def test_a_number_that_is_the_same_everywhere_or_nowhere_tells_nothing(values):
    matrix = encode(entities("e", 3, year=numbers(values))).toarray()
    assert np.isfinite(matrix).all()
    varying = matrix[~np.isnan(values)]
    assert (varying == varying[:1]).all()
    assert (matrix[np.isnan(values)] == 0).all()


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_entries_are_of_size_1_at_most_and_the_unknown_has_none(seed):
    rng = np.random.default_rng(seed)
    unknown = rng.random(20) < 0.3
    blocks = {
        "year": numbers(np.where(unknown, np.nan, rng.normal(1990, 1e4, 20))),
        "director": categorical(np.where(unknown, "", rng.integers(9, size=20).astype(str))),
        "keywords": flags(rng.poisson(0.5, (20, 6)) * ~unknown[:, None]),
    }
    matrix = encode(entities("e", 20, **blocks)).toarray()
    assert np.abs(matrix).max(initial=0) <= 1 + 1e-6
    assert (matrix[unknown] == 0).all()


def test_both_data_sets_are_encoded(data):
    for side in (data.users, data.items):
        matrix = encode(side)
        assert matrix.shape[0] == len(side)
        assert np.isfinite(matrix.data).all()
