"""Measures of rankings, ratings and credits: plain functions, each with its formula.

Ranking measures take the user (n,) and the rank from 1 (n,) of every relevant interaction, as
`ranking.relevant_ranks` gives them, and return one value for each user with a relevant item, in
the order of `torch.unique(user)`. They are the definitions of `torch_geometric.metrics`, which
returns the mean alone: per-user values are what intervals and paired tests need.
"""

import numpy as np
import torch
from torch import Tensor
from torch_scatter import scatter_max, scatter_sum


def hits_at_k(user: Tensor, rank: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Relevant items in the top k, and relevant items in all: (u,) and (u,)."""
    _, row, count = torch.unique(user, return_inverse=True, return_counts=True)
    return scatter_sum((rank <= k).double(), row, dim_size=len(count)), count


def recall_at_k(user: Tensor, rank: Tensor, k: int) -> Tensor:
    """Hits in the top k over relevant items."""
    hits, count = hits_at_k(user, rank, k)
    return hits / count


def precision_at_k(user: Tensor, rank: Tensor, k: int) -> Tensor:
    """Hits in the top k over k."""
    return hits_at_k(user, rank, k)[0] / k


def hit_at_k(user: Tensor, rank: Tensor, k: int) -> Tensor:
    """1 where the top k holds a relevant item, else 0."""
    return (hits_at_k(user, rank, k)[0] > 0).double()


def map_at_k(user: Tensor, rank: Tensor, k: int) -> Tensor:
    """Sum over hits of the precision at their rank, over min(k, relevant)."""
    order = torch.from_numpy(np.lexsort((rank.numpy(), user.numpy())))
    user, rank = user[order], rank[order]
    _, row, count = torch.unique(user, return_inverse=True, return_counts=True)
    place = torch.arange(len(user)) - torch.searchsorted(user, user) + 1
    precision = torch.where(rank <= k, place / rank, 0.0).double()
    best: Tensor = count.clamp(max=k)
    mean: Tensor = scatter_sum(precision, row, dim_size=len(count)) / best
    return mean


def mrr_at_k(user: Tensor, rank: Tensor, k: int) -> Tensor:
    """1 over the rank of the first relevant item, 0 if that is beyond k."""
    _, row, count = torch.unique(user, return_inverse=True, return_counts=True)
    reciprocal = torch.where(rank <= k, 1 / rank, 0.0).double()
    best: Tensor = scatter_max(reciprocal, row, dim_size=len(count))[0]
    return best


def ndcg_at_k(user: Tensor, rank: Tensor, k: int) -> Tensor:
    """Sum over relevant items with rank ≤ k of 1 / log2(rank + 1), over its greatest value.

    That is the sum with min(k, relevant) items on top; gains are binary.
    """
    _, row, count = torch.unique(user, return_inverse=True, return_counts=True)
    gain = torch.where(rank <= k, 1 / torch.log2(rank.double() + 1), 0.0)
    total = torch.zeros(len(count), dtype=torch.double).index_add_(0, row, gain)
    ideal = torch.cumsum(1 / torch.log2(torch.arange(k, dtype=torch.double) + 2), dim=0)
    return total / ideal[count.clamp(max=k) - 1]


RANKING = {
    "recall": recall_at_k,
    "precision": precision_at_k,
    "ndcg": ndcg_at_k,
    "map": map_at_k,
    "mrr": mrr_at_k,
    "hit": hit_at_k,
}
"""Every ranking measure, by the name that its values bear."""
LOWER_IS_BETTER = {"mse", "rmse", "mae", "log_error", "cross_entropy", "test_loss"}


def higher_is_better(name: str) -> bool:
    """Whether more of a measure is better."""
    return name not in LOWER_IS_BETTER


def coverage(lists: Tensor, num_items: int) -> float:
    """Share of all items that some top-k list (users, k) holds; -1 is no item."""
    return len(torch.unique(lists[lists >= 0])) / num_items


def mean_popularity(lists: Tensor, popularity: Tensor) -> Tensor:
    """(users,) mean number of training interactions of the items in each list (users, k).

    -1 is no item; an empty list has 0.
    """
    present = lists >= 0
    total = torch.where(present, popularity[lists], 0).double().sum(dim=1)
    return total / present.sum(dim=1).clamp(min=1)
