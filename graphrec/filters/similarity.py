"""Item-item matrices that turn a user's known items into scores of the others."""

import numpy as np
import scipy.sparse as sp

from graphrec.data.interactions import FloatArray


def ease(known: sp.csr_array, ridge: float, drop: float = 0.0) -> FloatArray:
    """(items, items) weights with a zero diagonal, such that `known` @ weights resembles `known`.

    Closed form of EASE (Steck 2019, arXiv 1905.03375); with `drop` > 0 of EDLAE (Steck 2020,
    NeurIPS), whose squared loss asks for items that were dropped from the input with that chance.
    `known` is (users, items).
    """
    gram = (known.T @ known).toarray().astype(np.float64)
    penalty = ridge + drop / (1 - drop) * np.diag(gram)
    inverse = np.linalg.inv(gram + np.diag(penalty))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    result: FloatArray = weights.astype(np.float32)
    return result


def cosine(features: sp.csr_array) -> sp.csr_array:
    """(items, items) cosine of the feature rows, zero diagonal; empty rows are like nothing."""
    scaled = unit_rows(features)
    return _without_diagonal(scaled @ scaled.T)


def unit_rows(features: sp.csr_array) -> sp.csr_array:
    """`features` with rows of Euclidean length 1; empty rows stay empty."""
    norm = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
    return sp.csr_array(sp.diags_array(1 / np.where(norm > 0, norm, 1)) @ features)


def nearest(similarity: sp.csr_array, neighbours: int) -> sp.csr_array:
    """`similarity` with all but the `neighbours` greatest entries of each row left out."""
    dense = similarity.toarray()
    least = -np.sort(-dense, axis=1)[:, [min(neighbours, dense.shape[1]) - 1]]
    return sp.csr_array(np.where(dense >= np.maximum(least, 1e-12), dense, 0))


def tf_idf(counts: sp.csr_array) -> sp.csr_array:
    """Presence times log(rows / rows with it), in rows of length 1."""
    present = sp.csr_array(counts > 0).astype(np.float64)
    frequency = np.maximum(present.sum(axis=0), 1)
    return unit_rows(sp.csr_array(present @ sp.diags_array(np.log(counts.shape[0] / frequency))))


def mean_rows(matrix: sp.csr_array) -> sp.csr_array:
    """`matrix` with rows that sum to 1; empty rows stay empty."""
    total = matrix.sum(axis=1)
    return sp.csr_array(sp.diags_array(1 / np.where(total > 0, total, 1)) @ matrix)


def shared(membership: sp.csr_array) -> sp.csr_array:
    """(items, items) number of columns that two rows of `membership` share, zero diagonal."""
    return _without_diagonal(membership @ membership.T)


def _without_diagonal(matrix: sp.csr_array) -> sp.csr_array:
    result = sp.csr_array(matrix - sp.diags_array(matrix.diagonal()))
    result.eliminate_zeros()
    return result
