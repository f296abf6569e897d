"""Sparse matrices go between torch, NumPy and files without a change."""

import numpy as np
import pytest
import scipy.sparse as sp
from safetensors.torch import load_file, save_file

from graphrec.graph.sparse import SparseBuffer, from_scipy, to_scipy


@pytest.fixture(params=[(7, 4), (3, 9), (2, 0)], ids=str)
def matrix(request) -> sp.csr_array:
    """Some rows are empty."""
    height, width = request.param
    rng = np.random.default_rng(height)
    entries = rng.normal(size=(height, width)) * (rng.random((height, width)) < 0.4)
    entries[1] = 0
    return sp.csr_array(entries)


def test_there_and_back_it_is_the_same_in_single_precision(matrix):
    again = to_scipy(from_scipy(matrix))
    assert again.dtype == np.float32
    assert again.shape == matrix.shape
    np.testing.assert_allclose(again.toarray(), matrix.toarray(), rtol=1e-6)


def test_a_buffer_has_the_matrix_for_both(matrix):
    buffer = SparseBuffer.of(matrix)
    expected = matrix.toarray().astype(np.float32)
    np.testing.assert_array_equal(buffer.scipy().toarray(), expected)
    np.testing.assert_array_equal(buffer.tensor().to_dense(), expected)


def test_a_buffer_comes_back_from_a_file(matrix, tmp_path):
    buffer = SparseBuffer.of(matrix)
    save_file(buffer.state_dict(), tmp_path / "buffer.safetensors")
    twin = SparseBuffer(**load_file(tmp_path / "buffer.safetensors"))
    np.testing.assert_array_equal(twin.scipy().toarray(), buffer.scipy().toarray())
    assert twin.shape.tolist() == [*matrix.shape]


def test_two_buffers_of_one_matrix_share_no_memory(matrix):
    """A file would refuse them."""
    matrix = matrix.astype(np.float32)
    first, second = (SparseBuffer.of(matrix).state_dict().values() for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert one.numel() == 0 or one.data_ptr() != other.data_ptr()
