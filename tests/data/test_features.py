"""Side information against its definitions, worked out by hand."""

import numpy as np
import scipy.sparse as sp

from graphrec.data.dataset import FeatureBlock
from graphrec.data.features import (
    LARGE_GROUP,
    SMALL_GROUP,
    categorical,
    mean_of_others,
    numeric,
    small_groups,
    stack,
    tf_idf,
    unit_rows,
)
from tests.datasets import entities


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


def test_the_mean_of_others_is_over_those_of_the_same_value_without_itself():
    director = categorical(np.array(["a", "b", "a", "", "a"]))
    mean = mean_of_others(entities("e", 5, director=director))
    half = [0.5, 0, 0.5, 0, 0]
    expected = [[0, 0, 0.5, 0, 0.5], [0] * 5, [0.5, 0, 0, 0, 0.5], [0] * 5, half]
    np.testing.assert_allclose(mean.toarray(), expected, atol=1e-7)
    assert mean.nnz == 6  # nothing stored that is zero


def test_who_has_two_values_in_common_counts_twice():
    blocks = {"a": categorical(np.array(["x", "x", "y"])), "b": categorical(np.array([*"ppp"]))}
    mean = mean_of_others(entities("e", 3, **blocks)).toarray()
    np.testing.assert_allclose(mean, [[0, 2 / 3, 1 / 3], [2 / 3, 0, 1 / 3], [0.5, 0.5, 0]])


def test_a_value_of_too_many_tells_nothing_and_the_others_of_its_block_stay():
    few = ["a", "a", "b", "c", "d", "e", "f", "g"]
    values = np.array(["unknown"] * (LARGE_GROUP + 1) + few)
    studio = categorical(values)
    assert small_groups(entities("e", len(values), studio=studio)) == [studio]
    mean = mean_of_others(entities("e", len(values), studio=studio))
    first = LARGE_GROUP + 1
    assert mean.nnz == 2
    assert mean[first, first + 1] == mean[first + 1, first] == 1
    full = categorical(values[1:])  # one fewer, and they are like each other
    mean = mean_of_others(entities("e", len(values) - 1, studio=full))
    assert mean.nnz == LARGE_GROUP * (LARGE_GROUP - 1) + 2


def test_without_small_groups_nobody_is_like_another():
    genders = categorical(np.array(["f", "m"]).repeat(SMALL_GROUP + 1))
    for blocks in ({}, {"gender": genders}, {"year": numbers(np.arange(42))}):
        mean = mean_of_others(entities("e", 42, **blocks))
        assert (mean.shape, mean.nnz) == ((42, 42), 0)


def test_small_groups_have_few_entities_a_value():
    letters = np.array(["a", "b"]).repeat(SMALL_GROUP)
    genders, directors = categorical(np.append(letters, "a")), categorical(np.append(letters, ""))
    both = entities("e", len(letters) + 1, gender=genders, director=directors)
    assert small_groups(both) == [directors]
    assert stack(small_groups(both)).shape == (len(letters) + 1, 2)
    assert stack([]) is None
