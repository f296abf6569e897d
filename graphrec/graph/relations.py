"""Relations of a graph whose edges have ratings."""

import numpy as np
import torch
from torch import Tensor

from graphrec.data.interactions import FloatArray

MOST_RELATIONS = 10
"""Each has an embedding of every node."""


def rating_levels(rating: FloatArray) -> FloatArray:
    """(relations,) the lowest rating of each relation, rising.

    A relation is a distinct rating; of more than MOST_RELATIONS, as many quantiles of them.
    """
    levels: FloatArray = np.unique(rating)
    if len(levels) > MOST_RELATIONS:
        steps = np.arange(MOST_RELATIONS) / MOST_RELATIONS
        levels = np.unique(np.quantile(rating, steps, method="lower"))
    return levels


def edge_types(rating: FloatArray, levels: FloatArray) -> Tensor:
    """(edges,) the relation of each rating: the highest whose level it reaches, or the lowest."""
    relation = np.searchsorted(levels, rating, side="right") - 1
    return torch.from_numpy(relation.clip(min=0))
