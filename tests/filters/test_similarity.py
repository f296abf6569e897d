"""Item-item matrices against their definitions."""

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec.filters.similarity import cosine, ease, mean_rows, nearest, shared, tf_idf, unit_rows


@pytest.fixture
def known() -> sp.csr_array:
    return sp.csr_array((np.random.default_rng(4).random((30, 8)) < 0.3).astype(np.float32))


def test_ease_has_a_zero_diagonal(known):
    assert (np.diag(ease(known, 5.0)) == 0).all()


def test_ease_is_ridge_regression_of_each_item_on_the_others(known):
    dense, ridge = known.toarray().astype(np.float64), 5.0
    weights = ease(known, ridge)
    for item in range(8):
        others = np.delete(np.arange(8), item)
        x = dense[:, others]
        expected = np.linalg.solve(x.T @ x + ridge * np.eye(7), x.T @ dense[:, item])
        np.testing.assert_allclose(weights[others, item], expected, atol=1e-5)


def test_ease_with_drop_penalises_popular_items_more(known):
    dense, ridge, drop = known.toarray().astype(np.float64), 5.0, 0.4
    penalty = ridge + drop / (1 - drop) * dense.sum(axis=0)
    weights = ease(known, ridge, drop)
    for item in range(8):
        others = np.delete(np.arange(8), item)
        x = dense[:, others]
        expected = np.linalg.solve(x.T @ x + np.diag(penalty[others]), x.T @ dense[:, item])
        np.testing.assert_allclose(weights[others, item], expected, atol=1e-5)


def test_cosine_is_that_of_the_rows_with_a_zero_diagonal_and_empty_rows_alone():
    rows = np.array([[1.0, 0, 0], [1, 1, 0], [0, 0, 0], [0, 2, 2]])
    root = 1 / np.sqrt(2)
    expected = [[0, root, 0, 0], [root, 0, 0, 0.5], [0, 0, 0, 0], [0, 0.5, 0, 0]]
    np.testing.assert_allclose(cosine(sp.csr_array(rows)).toarray(), expected, atol=1e-7)


def test_unit_rows_have_length_one_and_empty_rows_stay_empty():
    scaled = unit_rows(sp.csr_array([[3.0, 4.0], [0.0, 0.0]])).toarray()
    np.testing.assert_allclose(scaled, [[0.6, 0.8], [0, 0]])


def test_nearest_keeps_the_greatest_of_each_row():
    matrix = sp.csr_array([[0.0, 0.9, 0.5, 0.1], [0.2, 0.0, 0.3, 0.4]])
    expected = [[0, 0.9, 0.5, 0], [0, 0, 0.3, 0.4]]
    np.testing.assert_array_equal(nearest(matrix, 2).toarray(), expected)


def test_nearest_with_many_neighbours_keeps_everything():
    matrix = sp.csr_array([[0.0, 0.9], [0.2, 0.0]])
    np.testing.assert_array_equal(nearest(matrix, 50).toarray(), matrix.toarray())


def test_shared_counts_common_columns():
    cast = sp.csr_array([[1.0, 1, 0], [1, 1, 1], [0, 0, 1]])
    np.testing.assert_array_equal(shared(cast).toarray(), [[0, 2, 0], [2, 0, 1], [0, 1, 0]])


def test_tf_idf_by_hand():
    """Presence, not counts, times the logarithm of rows over rows with it; rows of length 1."""
    counts = sp.csr_array([[5.0, 1, 0], [0, 2, 0], [0, 3, 1], [0, 0, 0]])
    first, second, third = np.log(4 / 1), np.log(4 / 3), np.log(4 / 1)
    rows = np.array([[first, second, 0], [0, second, 0], [0, second, third], [0, 0, 0]])
    length = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    np.testing.assert_allclose(tf_idf(counts).toarray(), rows / length, atol=1e-6)


def test_mean_rows_sum_to_one_and_empty_rows_stay_empty():
    rows = mean_rows(sp.csr_array([[1.0, 3.0], [0.0, 0.0]])).toarray()
    np.testing.assert_allclose(rows, [[0.25, 0.75], [0, 0]])
