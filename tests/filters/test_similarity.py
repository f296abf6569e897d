"""Item-item matrices against their definitions."""

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec.filters import similarity
from graphrec.filters.similarity import ease, mean_rows, nearest_neighbors


@pytest.fixture
def user_items() -> sp.csr_array:
    return sp.csr_array((np.random.default_rng(4).random((30, 8)) < 0.3).astype(np.float32))


def test_ease_has_a_zero_diagonal(user_items):
    assert (np.diag(ease(user_items, 5.0)) == 0).all()


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_ease_is_ridge_regression_of_each_item_on_the_others(user_items, dropout):
    """With dropout the popular ones are penalised more."""
    dense = user_items.toarray().astype(np.float64)
    penalty = 5.0 + dropout / (1 - dropout) * dense.sum(axis=0)
    weights = ease(user_items, 5.0, dropout)
    for item in range(8):
        others = np.delete(np.arange(8), item)
        x = dense[:, others]
        expected = np.linalg.solve(x.T @ x + np.diag(penalty[others]), x.T @ dense[:, item])
        np.testing.assert_allclose(weights[others, item], expected, atol=1e-5)


def test_neighbors_are_cosines_with_a_zero_diagonal_and_empty_rows_like_nothing():
    rows = sp.csr_array([[1.0, 0, 0], [1, 1, 0], [0, 0, 0], [0, 2, 2]])
    root = 1 / np.sqrt(2)
    expected = [[0, root, 0, 0], [root, 0, 0, 0.5], [0, 0, 0, 0], [0, 0.5, 0, 0]]
    np.testing.assert_allclose(nearest_neighbors(rows, 3).toarray(), expected, atol=1e-7)


def test_only_the_nearest_of_each_row_stay():
    rows = sp.csr_array([[1.0, 0, 0], [1, 1, 0], [1, 1, 1], [0, 0, 1]])
    two, three = 1 / np.sqrt(2), 1 / np.sqrt(3)
    expected = [
        [0, two, 0, 0],  # rather the second than the third
        [0, 0, 2 / np.sqrt(6), 0],
        [0, 2 / np.sqrt(6), 0, 0],
        [0, 0, three, 0],
    ]
    np.testing.assert_allclose(nearest_neighbors(rows, 1).toarray(), expected, atol=1e-6)


def test_of_equal_ones_at_the_edge_all_stay():
    rows = sp.csr_array([[1.0, 1], [1, 0], [0, 1]])
    assert (nearest_neighbors(rows, 1).toarray()[0] > 0).tolist() == [False, True, True]


@pytest.mark.parametrize("k", [8, 50])
def test_with_many_neighbors_everything_stays(user_items, k):
    dense = user_items.T.toarray().astype(np.float64)
    unit = dense / np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-12)
    expected = unit @ unit.T
    np.fill_diagonal(expected, 0)
    neighbors = nearest_neighbors(sp.csr_array(user_items.T), k)
    np.testing.assert_allclose(neighbors.toarray(), expected, atol=1e-6)


def test_blocks_of_rows_change_nothing(user_items, monkeypatch):
    whole = nearest_neighbors(user_items, 4)
    monkeypatch.setattr(similarity, "BLOCK", 7)
    np.testing.assert_array_equal(nearest_neighbors(user_items, 4).toarray(), whole.toarray())


def test_mean_rows_sum_to_one_and_empty_rows_stay_empty():
    rows = mean_rows(sp.csr_array([[1.0, 3.0], [0.0, 0.0]])).toarray()
    np.testing.assert_allclose(rows, [[0.25, 0.75], [0, 0]])
