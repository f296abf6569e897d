"""Blocks of side information, and the form in which models take them."""

from collections.abc import Iterable

import numpy as np
import scipy.sparse as sp

from graphrec.data.dataset import Entities, FeatureBlock, Strings
from graphrec.data.interactions import FloatArray

BINS = 16
"""Into which quantiles of a numeric block are cut, beside its value."""
SMALL_GROUP = 20
"""Entities of a categorical value, in the mean, up to which they are expected to be alike."""


def categorical(values: Strings) -> FeatureBlock:
    """One value for each entity (entities,); an empty text is none."""
    columns, column = np.unique(values[values != ""], return_inverse=True)
    rows = np.flatnonzero(values != "")
    ones = np.ones(len(rows), np.float32)
    matrix = sp.csr_array((ones, (rows, column)), shape=(len(values), len(columns)))
    return FeatureBlock("categorical", matrix, columns)


def numeric(name: str, values: FloatArray) -> FeatureBlock:
    """One number for each entity (entities,), NaN where nothing is known."""
    rows = np.flatnonzero(~np.isnan(values))
    entries = (values[rows].astype(np.float32), (rows, np.zeros_like(rows)))
    return FeatureBlock("numeric", sp.csr_array(entries, shape=(len(values), 1)), np.array([name]))


def encode(entities: Entities, smoothing: float = 1.0) -> sp.csr_array:
    """All side information side by side, entries of size 1 at most: (entities, columns).

    Categorical values as they are; a number between -1 and 1, and which of BINS quantiles it falls
    into; multi-valued ones as `tf_idf`, to which the mean over the entities of the same categorical
    value is added `smoothing` times, where such groups are small (a director's other movies tell of
    a movie). What is unknown has no entry.
    """
    matrices = [sp.csr_array(np.empty((len(entities), 0), np.float32))]
    groups = stack(small_groups(entities))
    for _, block in sorted(entities.features.items()):
        if block.kind == "categorical":
            matrices.append(block.matrix)
        elif block.kind == "numeric":
            matrices.append(_encode_number(block.matrix))
        else:
            weights = tf_idf(block.matrix)
            alike = mean_over_groups(groups, weights)
            matrices.append(unit_rows(sp.csr_array(weights + smoothing * alike)))
    return sp.csr_array(sp.hstack(matrices)).astype(np.float32)


def _encode_number(matrix: sp.csr_array) -> sp.csr_array:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    values = matrix.data.astype(np.float64)
    if len(values) == 0:
        return sp.csr_array((matrix.shape[0], 0), dtype=np.float64)
    centred = values - values.mean()
    centred /= max(float(np.abs(centred).max()), 1e-12)
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    column = 1 + np.digitize(values, edges)
    entries = np.concatenate([centred, np.ones(len(values))])
    places = np.tile(rows, 2), np.concatenate([np.zeros_like(column), column])
    return sp.csr_array((entries, places), shape=(matrix.shape[0], 2 + len(edges)))


def small_groups(entities: Entities) -> list[FeatureBlock]:
    """The categorical blocks whose values have few entities each."""
    return [
        block
        for block in entities.blocks("categorical").values()
        if block.matrix.nnz <= SMALL_GROUP * max(block.matrix.shape[1], 1)
    ]


def stack(blocks: Iterable[FeatureBlock]) -> sp.csr_array | None:
    """The matrices of some blocks side by side; None without any."""
    matrices = [block.matrix for block in blocks]
    return sp.csr_array(sp.hstack(matrices)) if matrices else None


def mean_over_groups(groups: sp.csr_array | None, matrix: sp.csr_array) -> sp.csr_array:
    """(entities, columns) mean of the rows of `matrix` that share a column of `groups`, itself too.

    `groups` is (entities, values); rows without a group are empty.
    """
    if groups is None:
        return sp.csr_array(matrix.shape, dtype=matrix.dtype)
    # The number of entities that share a value with each, counted once for each value.
    count = groups @ np.asarray(groups.sum(axis=0))
    scaled = sp.diags_array(1 / np.where(count > 0, count, 1)) @ groups
    return sp.csr_array(scaled @ (groups.T @ matrix))


def unit_rows(matrix: sp.csr_array) -> sp.csr_array:
    """`matrix` with rows of Euclidean length 1; empty rows stay empty."""
    norm = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sp.csr_array(sp.diags_array(1 / np.where(norm > 0, norm, 1)) @ matrix)


def tf_idf(counts: sp.csr_array) -> sp.csr_array:
    """Presence times log(rows / rows with it), in rows of length 1."""
    present = sp.csr_array(counts > 0).astype(np.float64)
    frequency = np.maximum(present.sum(axis=0), 1)
    return unit_rows(sp.csr_array(present @ sp.diags_array(np.log(counts.shape[0] / frequency))))
