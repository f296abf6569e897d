"""Item-item matrices that turn a user's items into scores of the others."""

import numpy as np
import scipy.sparse as sp

from graphrec.data.features import unit_rows
from graphrec.data.interactions import FloatArray

BLOCK = 2048
"""Rows of similarities held at a time."""


def ease(user_items: sp.csr_array, regularization: float, dropout: float = 0.0) -> FloatArray:
    """(items, items) weights with a zero diagonal, so that `user_items` @ weights resembles it.

    Closed form of EASE (Steck 2019, arXiv 1905.03375); with `dropout` > 0 of EDLAE (Steck 2020,
    NeurIPS), whose squared loss asks for items that were dropped from the input with that chance.
    `user_items` is (users, items).
    """
    gram = (user_items.T @ user_items).toarray().astype(np.float64)
    penalty = regularization + dropout / (1 - dropout) * np.diag(gram)
    inverse = np.linalg.inv(gram + np.diag(penalty))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    result: FloatArray = weights.astype(np.float32)
    return result


def nearest_neighbors(rows: sp.csr_array, k: int) -> sp.csr_array:
    """(rows, rows) cosines of each row with the k others most like it; zero diagonal.

    Empty rows are like nothing. Of equal ones at the edge all stay.
    """
    unit = unit_rows(rows)
    blocks = []
    for start in range(0, unit.shape[0], BLOCK):
        cosine = (unit[start : start + BLOCK] @ unit.T).toarray()
        np.fill_diagonal(cosine[:, start:], 0)
        size = min(k, cosine.shape[1])
        least = np.partition(cosine, -size, axis=1)[:, [-size]]
        blocks.append(sp.csr_array(np.where(cosine >= np.maximum(least, 1e-12), cosine, 0)))
    return sp.csr_array(sp.vstack(blocks))


def mean_rows(matrix: sp.csr_array) -> sp.csr_array:
    """`matrix` with rows that sum to 1; empty rows stay empty."""
    total = matrix.sum(axis=1)
    return sp.csr_array(sp.diags_array(1 / np.where(total > 0, total, 1)) @ matrix)
