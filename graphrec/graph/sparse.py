"""Sparse matrices by rows, for torch and for NumPy."""

import warnings

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor, nn


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
    """The same CSR matrix for torch, single precision.

    Raises ValueError where its indices are none of its own.
    """
    # Once, where a matrix is made: the products that follow go to any address they are told.
    matrix.check_format(full_check=True)
    return csr_matrix(
        torch.from_numpy(matrix.indptr.astype(np.int32)),
        torch.from_numpy(matrix.indices.astype(np.int32)),
        torch.from_numpy(matrix.data.astype(np.float32)),
        matrix.shape,
    )


class SparseBuffer(nn.Module):
    """A CSR matrix among the buffers of a module, so that it is saved with the rest."""

    def __init__(self, offset: Tensor, column: Tensor, value: Tensor, shape: Tensor) -> None:
        super().__init__()
        self.register_buffer("offset", offset)
        self.register_buffer("column", column)
        self.register_buffer("value", value)
        self.register_buffer("shape", shape)
        self.offset: Tensor
        self.column: Tensor
        self.value: Tensor
        self.shape: Tensor

    @classmethod
    def of(cls, matrix: sp.csr_array) -> "SparseBuffer":
        """The same matrix, single precision."""
        offset, column = (
            torch.from_numpy(part.astype(np.int32)) for part in (matrix.indptr, matrix.indices)
        )
        value = torch.from_numpy(matrix.data.astype(np.float32))
        return cls(offset, column, value, torch.tensor(matrix.shape))

    def tensor(self) -> Tensor:
        """For torch."""
        height, width = self.shape.tolist()
        return csr_matrix(self.offset, self.column, self.value, (height, width))

    def scipy(self) -> sp.csr_array:
        """For NumPy."""
        return to_scipy(self.tensor())
