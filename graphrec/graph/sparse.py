"""Sparse matrices by rows, for torch and for NumPy."""

import warnings

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor


def csr_matrix(offset: Tensor, column: Tensor, values: Tensor, shape: tuple[int, int]) -> Tensor:
    """The CSR matrix whose row r has the entries offset[r] … offset[r + 1] - 1, unchecked."""
    with warnings.catch_warnings():
        # torch calls its CSR layout a beta, once a process; results are held against an oracle.
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta state")
        return torch.sparse_csr_tensor(offset, column, values, shape, check_invariants=False)


def to_scipy(matrix: Tensor) -> sp.csr_array:
    """The same CSR matrix for NumPy."""
    arrays = (matrix.values(), matrix.col_indices(), matrix.crow_indices())
    height, width = matrix.shape
    return sp.csr_array(tuple(array.numpy() for array in arrays), shape=(height, width))


def from_scipy(matrix: sp.csr_array) -> Tensor:
    """The same CSR matrix for torch, single precision."""
    return csr_matrix(
        torch.from_numpy(matrix.indptr.astype(np.int32)),
        torch.from_numpy(matrix.indices.astype(np.int32)),
        torch.from_numpy(matrix.data.astype(np.float32)),
        matrix.shape,
    )
