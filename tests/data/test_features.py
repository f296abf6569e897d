"""Side information against its definitions, worked out by hand."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from graphrec.data.dataset import FeatureBlock
from graphrec.data.features import (
    BINS,
    SMALL_GROUP,
    categorical,
    encode,
    mean_over_groups,
    numeric,
    small_groups,
    stack,
    tf_idf,
    unit_rows,
)
from tests.datasets import entities


def flags(rows) -> FeatureBlock:
    matrix = sp.csr_array(np.array(rows, np.float32))
    return FeatureBlock("multi_valued", matrix, np.arange(matrix.shape[1]).astype(str))


def numbers(values) -> FeatureBlock:
    return numeric("year", np.array(values, np.float32))


def test_categorical_has_a_column_a_value_in_order_and_nothing_for_an_empty_text():
    block = categorical(np.array(["b", "", "a", "b"]))
    assert block.kind == "categorical"
    assert block.columns.tolist() == ["a", "b"]
    np.testing.assert_array_equal(block.matrix.toarray(), [[0, 1], [0, 0], [1, 0], [0, 1]])
    assert block.matrix.dtype == np.float32


def test_categorical_without_any_value_has_no_columns():
    block = categorical(np.array(["", ""]))
    assert block.matrix.shape == (2, 0)
    assert len(block.columns) == 0


def test_numeric_keeps_its_unit_and_a_zero_is_known_where_nan_is_not():
    block = numbers([1990, np.nan, 0, -2.5])
    assert block.kind == "numeric"
    assert block.columns.tolist() == ["year"]
    assert block.matrix.shape == (4, 1)
    assert np.diff(block.matrix.indptr).tolist() == [1, 0, 1, 1]
    assert block.matrix.data.tolist() == [1990, 0, -2.5]
    assert block.matrix.dtype == np.float32


def test_numeric_without_any_number_is_empty():
    assert numbers([np.nan, np.nan]).matrix.nnz == 0


def test_unit_rows_have_length_one_and_empty_rows_stay_empty():
    scaled = unit_rows(sp.csr_array([[3.0, -4.0], [0.0, 0.0]])).toarray()
    np.testing.assert_allclose(scaled, [[0.6, -0.8], [0, 0]])


def test_tf_idf_by_hand():
    """Presence, not counts, times the logarithm of rows over rows with it; rows of length 1."""
    counts = sp.csr_array([[5.0, 1, 0, 0], [0, 2, 0, 0], [0, 3, 1, 0], [0, 0, 0, 0]])
    rare, common = np.log(4 / 1), np.log(4 / 3)
    rows = np.array([[rare, common, 0, 0], [0, common, 0, 0], [0, common, rare, 0], [0] * 4])
    length = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    np.testing.assert_allclose(tf_idf(counts).toarray(), rows / length, atol=1e-12)


def test_what_every_row_has_tells_nothing():
    assert tf_idf(sp.csr_array(np.ones((3, 2)))).toarray().tolist() == [[0, 0]] * 3


def test_the_mean_over_groups_is_that_of_the_rows_of_the_same_value_itself_too():
    directors = categorical(np.array(["a", "b", "a", ""])).matrix
    matrix = sp.csr_array([[2.0, 0], [4, 1], [0, 6], [1, 1]])
    expected = [[1, 3], [4, 1], [1, 3], [0, 0]]
    np.testing.assert_allclose(mean_over_groups(directors, matrix).toarray(), expected)


def test_the_mean_over_two_sets_of_groups_counts_an_entity_once_for_each_value_in_common():
    groups = sp.csr_array(np.array([[1.0, 0, 1], [1, 0, 0], [0, 1, 1]]))
    matrix = sp.csr_array([[1.0], [2], [6]])
    # Row 0 shares a value with 0 and 1, and another with 0 and 2.
    expected = [[(1 + 2 + 1 + 6) / 4], [(1 + 2) / 2], [(6 + 1 + 6) / 3]]
    np.testing.assert_allclose(mean_over_groups(groups, matrix).toarray(), expected)


def test_without_groups_there_is_no_mean():
    mean = mean_over_groups(None, sp.csr_array(np.ones((3, 2), np.float32)))
    assert (mean.shape, mean.nnz) == ((3, 2), 0)


def test_small_groups_have_few_entities_a_value():
    letters = np.array(["a", "b"]).repeat(SMALL_GROUP)
    genders, directors = categorical(np.append(letters, "a")), categorical(np.append(letters, ""))
    both = entities("e", len(letters) + 1, gender=genders, director=directors)
    assert small_groups(both) == [directors]
    assert stack(small_groups(both)).shape == (len(letters) + 1, 2)
    assert stack([]) is None


def test_without_side_information_nothing_is_encoded():
    assert encode(entities("e", 3)).shape == (3, 0)


def test_encode_puts_all_blocks_side_by_side_in_the_order_of_their_names():
    blocks = {
        "c": numbers([1, 2, np.nan]),
        "b": categorical(np.array(["x", "", "y"])),
        "a": flags([[1, 0], [0, 1], [0, 0]]),
    }
    encoded = encode(entities("e", 3, **blocks), smoothing=0.0)
    assert encoded.dtype == np.float32
    matrix = encoded.toarray()
    np.testing.assert_allclose(matrix[:, :2], tf_idf(blocks["a"].matrix).toarray(), atol=1e-7)
    np.testing.assert_array_equal(matrix[:, 2:4], blocks["b"].matrix.toarray())
    np.testing.assert_allclose(matrix[:, 4], [-1, 1, 0])
    assert matrix[:, 5:].sum(axis=1).tolist() == [1, 1, 0]


def test_encode_adds_what_small_groups_have_in_common_to_multi_valued_blocks_alone():
    keywords, director = flags([[1, 0, 0], [0, 1, 0], [0, 0, 1]]), categorical(np.array([*"ddo"]))
    movies = entities("e", 3, keywords=keywords, director=director)
    encoded = encode(movies, smoothing=2.0).toarray()[:, director.matrix.shape[1] :]
    # Of the director's two movies, itself at 1 + 2 / 2 and the other at 2 / 2.
    near, far = np.array([2, 1]) / np.sqrt(5)
    expected = [[near, far, 0], [far, near, 0], [0, 0, 1]]
    np.testing.assert_allclose(encoded, expected, atol=1e-7)


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
