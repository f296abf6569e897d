"""Blocks of side information, and the form in which models take them."""

from collections.abc import Iterable

import numpy as np
import scipy.sparse as sp

from graphrec.data.dataset import Entities, FeatureBlock, Strings
from graphrec.data.interactions import FloatArray

BINS = 16
"""Into which quantiles of a numeric block are cut, beside its value."""
CATEGORY_WEIGHT = 0.3
"""A category is one column of a vector that is learned for few entities; the rest has many."""
SMALL_GROUP = 20
"""Entities of a categorical value, in the mean, up to which they are expected to be alike."""
LARGE_GROUP = 5 * SMALL_GROUP
"""Entities of one value beyond which it tells nothing (a name for what is unknown, say)."""


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


def encode(entities: Entities) -> sp.csr_array:
    """All side information side by side, entries of size 1 at most: (entities, columns).

    Categorical values with CATEGORY_WEIGHT; a number between -1 and 1, and which of BINS quantiles
    it falls into; multi-valued ones as `tf_idf`. What is unknown has no entry.
    """
    matrices = [sp.csr_array(np.empty((len(entities), 0), np.float32))]
    for _, block in sorted(entities.features.items()):
        if block.kind == "categorical":
            matrices.append(CATEGORY_WEIGHT * block.matrix)
        elif block.kind == "numeric":
            matrices.append(_encode_number(block.matrix))
        else:
            matrices.append(tf_idf(block.matrix))
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


def small_categories(entities: Entities) -> sp.csr_array:
    """(entities, categories): which of the values that few have is whose."""
    matrices = [sp.csr_array(np.empty((len(entities), 0), np.float32))]
    for block in small_groups(entities):
        matrices.append(block.matrix[:, block.matrix.sum(axis=0) <= LARGE_GROUP])
    return sp.csr_array(sp.hstack(matrices))


def mean_of_others(entities: Entities) -> sp.csr_array:
    """(entities, entities): rows that take the mean over the others of the same small category."""
    groups = small_categories(entities)
    shared = sp.csr_array(groups @ groups.T)
    others = sp.csr_array(shared - sp.diags_array(shared.diagonal()))
    others.eliminate_zeros()
    count = np.asarray(others.sum(axis=1))
    return sp.csr_array(sp.diags_array(1 / np.where(count > 0, count, 1)) @ others)


def unit_rows(matrix: sp.csr_array) -> sp.csr_array:
    """`matrix` with rows of Euclidean length 1; empty rows stay empty."""
    norm = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sp.csr_array(sp.diags_array(1 / np.where(norm > 0, norm, 1)) @ matrix)


def tf_idf(counts: sp.csr_array) -> sp.csr_array:
    """Presence times log(rows / rows with it), in rows of length 1."""
    present = sp.csr_array(counts > 0).astype(np.float64)
    frequency = np.maximum(present.sum(axis=0), 1)
    return unit_rows(sp.csr_array(present @ sp.diags_array(np.log(counts.shape[0] / frequency))))
