"""How alike the residuals of two entities are expected to be before any rating is seen."""

import numpy as np
import scipy.sparse as sp

from graphrec.config.filters import PriorParams
from graphrec.data.dataset import Entities
from graphrec.data.features import stack, unit_rows
from graphrec.data.interactions import FloatArray
from graphrec.filters.similarity import mean_rows


def prior_covariance(
    entities: Entities, options: PriorParams, graph_similarity: FloatArray | None = None
) -> FloatArray:
    """(entities, entities): own identity + shared + what graph and side information make alike.

    `graph_similarity` (entities, entities) is that of `propagated_similarity`; None is no graph.
    """
    prior = options.own * np.eye(len(entities), dtype=np.float32) + np.float32(options.shared)
    if graph_similarity is not None:
        prior += np.float32(options.graph) * graph_similarity
    values = stack(entities.blocks("categorical", "multi_valued").values())
    if values is not None:
        unit = unit_rows(values)
        prior += options.values * (unit @ unit.T).toarray().astype(np.float32)
    for block in entities.blocks("numeric").values():
        rows, number = np.flatnonzero(np.diff(block.matrix.indptr)), block.matrix.data
        width = options.numeric_width * max(float(number.std()), 1e-6)
        scaled = (number / width).astype(np.float32)
        near = np.exp(-0.5 * (scaled[:, None] - scaled) ** 2)
        prior[np.ix_(rows, rows)] += np.float32(options.numeric) * near
    result: FloatArray = prior.astype(np.float32)
    return result


def propagated_similarity(user_items: sp.csr_array, layers: int) -> tuple[FloatArray, FloatArray]:
    """Cosines of users' (users, users) and of items' node vectors (items, items).

    The vectors are one-hot inputs propagated as in LightGCN (He et al. 2020, arXiv 2002.02126), but
    by the mean over neighbours, and with the layers summed: the expected visits of a random walk,
    E = P + P² + … + P^layers, P = D^-1 [[0, R], [R', 0]] with R the ones of `user_items` (users,
    items). Layer 0, which no two nodes share, is left out; with one layer they are the cosines of
    the rows, and of the columns, of R. Nodes without an edge, and all without a layer, are alike to
    none, themselves included.
    """
    return _cosines(user_items, layers), _cosines(sp.csr_array(user_items.T), layers)


def _cosines(edges: sp.csr_array, layers: int) -> FloatArray:
    """Of E's rows for the nodes (n,) that are rows of `edges`; no array of users and items is made.

    Layers of even number lie among these nodes, (n, n); those of odd number, one step further each,
    among the others, and their products follow from those of the first.
    """
    if layers == 0:
        return np.zeros((edges.shape[0], edges.shape[0]), np.float32)
    step, back = mean_rows(edges), mean_rows(sp.csr_array(edges.T))
    two_steps = (step @ back).toarray().astype(np.float32)
    products = (step @ step.T).toarray().astype(np.float32)  # (n, n)
    powers = [two_steps]
    while len(powers) < layers // 2:
        powers.append(powers[-1] @ two_steps)
    if layers > 2:
        before = sum(powers[1 : (layers - 1) // 2], powers[0])
        half = products + before @ products
        products = half + half @ before.T
    if layers > 1:
        even = sum(powers[1:], powers[0])
        products = products + even @ even.T
    norm = np.sqrt(products.diagonal())
    norm = np.where(norm > 0, norm, 1)
    cosines: FloatArray = products / norm[:, None] / norm
    return cosines
