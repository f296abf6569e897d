"""Mean cosine similarity of nodes, from layer to layer."""

import torch
from torch import Tensor
from torch.nn import functional as F

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models import NGCF, NGCF_Final, Recommender


def mean_cosine_similarity(vectors: Tensor) -> float:
    """Mean cosine similarity of all pairs of different rows of `vectors` (nodes, dim).

    Rows of zeros are left out; 0 where fewer than two rows are left. 1 less the mean average
    distance of Chen et al. 2020 (arXiv 1909.03211); 1 is over-smoothed.
    """
    units = F.normalize(vectors[vectors.any(dim=1)].double(), dim=1)
    number = len(units)
    if number < 2:
        return 0.0
    return float((units.sum(dim=0).square().sum() - number) / (number * (number - 1)))


def mean_cosine_by_layer(model: Recommender, graph: BipartiteGraph) -> list[float]:
    """Mean cosine similarity in the ranking half, before any layer and after each one.

    Empty for a model that keeps no layer apart.
    """
    with torch.no_grad():
        model.eval()
        if isinstance(model, NGCF_Final):
            layers = [] if model.ranking is None else model.ranking.outputs(graph)
        elif isinstance(model, NGCF):
            layers = [*model(graph).vectors.chunk(len(model.layers) + 1, dim=1)]
        else:
            layers = []
        return [mean_cosine_similarity(layer) for layer in layers]
