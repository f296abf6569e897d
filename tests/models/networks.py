"""The two networks of NGCF_Final, small and away from where they start."""

import numpy as np
import scipy.sparse as sp
import torch

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.sparse import from_scipy
from graphrec.models import RankingNetwork, RatingNetwork

USERS, ITEMS, DIM, RELATIONS = 9, 12, 5, 5


def random_graph() -> BipartiteGraph:
    rng = np.random.default_rng(2)
    user, item = torch.as_tensor(np.argwhere(rng.random((USERS, ITEMS)) < 0.3).T.copy())
    edge_type = torch.as_tensor(rng.integers(0, RELATIONS, len(user)))
    return BipartiteGraph(user, item, USERS, ITEMS, edge_type, RELATIONS)


def with_transpose(matrix: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    return from_scipy(sp.csr_array(matrix)), from_scipy(sp.csr_array(matrix.T))


def disturbed(network):
    """Every parameter away from its start: zeros would hide a forgotten one."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    return network.eval()


def rating_network(layers: int) -> RatingNetwork:
    sides = (
        with_transpose(np.random.default_rng(count).random((count, columns)))
        for count, columns in ((USERS, 3), (ITEMS, 4))
    )
    return disturbed(RatingNetwork(*sides, RELATIONS, DIM, layers, 2, 0.5, 0.5, 0.1, 3.5))


def random_features() -> np.ndarray:
    return np.random.default_rng(0).random((USERS + ITEMS, 7)) * 2 // 1


def random_means() -> np.ndarray:
    """Rows that take means over other users, or other items; some are empty. Not symmetric."""
    means = np.random.default_rng(5).random((USERS + ITEMS, USERS + ITEMS)) // 0.7
    means[:USERS, USERS:], means[USERS:, :USERS] = 0, 0
    np.fill_diagonal(means, 0)
    return means / np.maximum(means.sum(axis=1, keepdims=True), 1)


def ranking_network(
    layers: int, own: bool = True, popular: bool = True, alike: bool = True, **options: float
) -> RankingNetwork:
    settings = {"feature_dropout": 0.5, "edge_dropout": 0.5, "weight_decay": 0.1} | options
    network = RankingNetwork(
        with_transpose(random_features()),
        with_transpose(random_means()) if alike else None,
        USERS,
        embedding_dim=DIM,
        layers=layers,
        id_embedding=torch.randn(USERS + ITEMS, DIM) if own else None,
        popularity=torch.arange(ITEMS).float() if popular else None,
        logit_scale=2.0,
        **settings,
    )
    return disturbed(network)


def values(network) -> dict[str, np.ndarray]:
    return {name: part.double().numpy() for name, part in network.state_dict().items()}
