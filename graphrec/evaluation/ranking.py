"""Where a model ranks the relevant items of a user among all unseen ones."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from graphrec.data.interactions import Interactions

Scorer = Callable[[Tensor], Tensor]
"""Users (n,) → scores of every item (n, items)."""

BLOCK = 512
"""Users ranked at a time: bounds memory to BLOCK x items."""


class Seen:
    """Interactions that are not to be ranked again, by user."""

    def __init__(self, parts: list[Interactions], num_users: int) -> None:
        every = Interactions.concatenate(parts)
        order = np.argsort(every.user, kind="stable")
        self.item = torch.as_tensor(every.item[order])
        count = np.bincount(every.user, minlength=num_users)
        self.start = torch.as_tensor(np.concatenate([[0], count.cumsum()]))

    def mask(self, scores: Tensor, user: Tensor) -> Tensor:
        """`scores` (n, items) with the seen items of each of `user` (n,) at -inf."""
        count = self.start[user + 1] - self.start[user]
        line = torch.repeat_interleave(torch.arange(len(user)), count)
        within = torch.arange(len(line)) - torch.repeat_interleave(count.cumsum(0) - count, count)
        scores[line, self.item[self.start[user][line] + within]] = -torch.inf
        return scores


def score_blocks(scorer: Scorer, user: Tensor, seen: Seen) -> Iterator[tuple[Tensor, Tensor]]:
    """Blocks of users with their masked scores (block, items). Raises ValueError on NaN."""
    for block in user.split(BLOCK):
        scores = scorer(block)
        if torch.isnan(scores).any():
            raise ValueError("expected finite scores to rank, got NaN: training has diverged")
        yield block, seen.mask(scores, block)


def relevant_ranks(
    scorer: Scorer, relevant: Interactions, seen: Seen, depth: int | None = None
) -> tuple[Tensor, Tensor]:
    """User and rank, from 1, of each relevant interaction: (n,) and (n,), sorted by user.

    With `depth` ranks up to it are exact, and those of other interactions some number beyond it:
    all that a measure at `depth` needs, for much less work.

    A tie between a relevant and another item always counts against the relevant one, so that a
    constant score earns nothing. Each user's relevant items have distinct ranks.
    """
    order = np.argsort(relevant.user, kind="stable")
    user, item = torch.as_tensor(relevant.user[order]), torch.as_tensor(relevant.item[order])
    if len(user) == 0:
        return user, torch.empty(0, dtype=torch.long)
    ranks = []
    for block, scores in score_blocks(scorer, torch.unique(user), seen):
        here = (user >= block[0]) & (user <= block[-1])
        line = torch.searchsorted(block, user[here])
        mine = scores[line, item[here]]
        scores[line, item[here]] = -torch.inf  # from here on only the rivals count
        better = torch.full_like(line, scores.shape[1])
        counted = torch.arange(len(line))
        if depth is not None and depth <= scores.shape[1]:
            worst = scores.topk(depth, dim=1).values[:, -1]
            counted = (mine > worst[line]).nonzero().squeeze(1)
        for part in counted.split(BLOCK):
            better[part] = (scores[line[part]] >= mine[part, None]).sum(dim=1)
        best_first = torch.from_numpy(np.lexsort((-mine.numpy(), line.numpy())))
        place = torch.empty_like(line)
        place[best_first] = torch.arange(len(line)) - torch.searchsorted(line, line)
        ranks.append(better + place + 1)
    return user, torch.cat(ranks)


def ndcg_at_k(user: Tensor, rank: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Users (u,) with a relevant item, sorted, and the NDCG of each (u,).

    NDCG@k = sum over relevant items with rank ≤ k of 1 / log2(rank + 1), over its greatest value,
    that of min(k, relevant) items on top.
    """
    users, line, count = torch.unique(user, return_inverse=True, return_counts=True)
    gain = torch.where(rank <= k, 1 / torch.log2(rank.double() + 1), 0.0)
    total = torch.zeros(len(users), dtype=torch.double).index_add_(0, line, gain)
    ideal = torch.cumsum(1 / torch.log2(torch.arange(k, dtype=torch.double) + 2), dim=0)
    return users, total / ideal[count.clamp(max=k) - 1]


def top_items(scorer: Scorer, user: Tensor, seen: Seen, k: int) -> Tensor:
    """The k best unseen items of each of `user` (n,), best first: (n, k); ties by item number.

    Where a user has fewer unseen items the rest of the line is -1.
    """
    lists = [torch.empty(0, k, dtype=torch.long)]
    for _, scores in score_blocks(scorer, user, seen):
        # At least k a line are no worse than its k-th best; only those have to be sorted.
        line, item = (scores >= scores.topk(k, dim=1).values[:, -1:]).nonzero(as_tuple=True)
        value, order = torch.sort(scores[line, item], descending=True, stable=True)
        line, by_line = torch.sort(line[order], stable=True)
        first = torch.searchsorted(line, torch.arange(len(scores)))
        best = by_line[first[:, None] + torch.arange(k)]  # (block, k)
        lists.append(item[order][best].masked_fill(value[best] == -torch.inf, -1))
    return torch.cat(lists)
