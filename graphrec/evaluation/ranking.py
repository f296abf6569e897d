"""Where a model ranks the relevant items of a user among all unseen ones."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from graphrec.data.interactions import Interactions

ScoreItems = Callable[[Tensor], Tensor]
"""Users (n,) → scores of every item (n, items)."""

BLOCK = 512
"""Users ranked at a time: bounds memory to BLOCK x items."""


class Seen:
    """Interactions that are not to be ranked again, by user."""

    def __init__(self, earlier: list[Interactions], num_users: int) -> None:
        every = Interactions.concatenate(earlier)
        order = np.argsort(every.user, kind="stable")
        self.item = torch.as_tensor(every.item[order])
        count = np.bincount(every.user, minlength=num_users)
        self.start = torch.as_tensor(np.concatenate([[0], count.cumsum()]))

    def mask(self, scores: Tensor, user: Tensor) -> Tensor:
        """`scores` (n, items) with the seen items of each of `user` (n,) at -inf."""
        count = self.start[user + 1] - self.start[user]
        row = torch.repeat_interleave(torch.arange(len(user)), count)
        within = torch.arange(len(row)) - torch.repeat_interleave(count.cumsum(0) - count, count)
        scores[row, self.item[self.start[user][row] + within]] = -torch.inf
        return scores


def score_blocks(
    score_items: ScoreItems, user: Tensor, seen: Seen
) -> Iterator[tuple[Tensor, Tensor]]:
    """Blocks of users with their masked scores (block, items). Raises ValueError on NaN."""
    for block in user.split(BLOCK):
        scores = score_items(block)
        if torch.isnan(scores).any():
            raise ValueError("expected finite scores to rank, got NaN: training has diverged")
        yield block, seen.mask(scores, block)


def relevant_ranks(
    score_items: ScoreItems, relevant: Interactions, seen: Seen, depth: int | None = None
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
    for block, scores in score_blocks(score_items, torch.unique(user), seen):
        in_block = (user >= block[0]) & (user <= block[-1])
        row = torch.searchsorted(block, user[in_block])
        mine = scores[row, item[in_block]]
        scores[row, item[in_block]] = -torch.inf  # from here on only the other items count
        better = torch.full_like(row, scores.shape[1])
        counted = torch.arange(len(row))
        if depth is not None and depth <= scores.shape[1]:
            worst = scores.topk(depth, dim=1).values[:, -1]
            counted = (mine > worst[row]).nonzero().squeeze(1)
        for rows in counted.split(BLOCK):
            better[rows] = (scores[row[rows]] >= mine[rows, None]).sum(dim=1)
        best_first = torch.from_numpy(np.lexsort((-mine.numpy(), row.numpy())))
        place = torch.empty_like(row)
        place[best_first] = torch.arange(len(row)) - torch.searchsorted(row, row)
        ranks.append(better + place + 1)
    return user, torch.cat(ranks)


def recommend(score_items: ScoreItems, user: Tensor, seen: Seen, k: int) -> Tensor:
    """The k best unseen items of each of `user` (n,), best first: (n, k); ties by item number.

    Where a user has fewer unseen items, or there are fewer items, the rest of the row is -1.
    """
    lists = [torch.empty(0, k, dtype=torch.long)]
    for _, scores in score_blocks(score_items, user, seen):
        size = min(k, scores.shape[1])
        # At least `size` a row are no worse than its last; only those have to be sorted.
        row, item = (scores >= scores.topk(size, dim=1).values[:, -1:]).nonzero(as_tuple=True)
        value, order = torch.sort(scores[row, item], descending=True, stable=True)
        row, by_row = torch.sort(row[order], stable=True)
        first = torch.searchsorted(row, torch.arange(len(scores)))
        best = by_row[first[:, None] + torch.arange(size)]  # (block, size)
        items = item[order][best].masked_fill(value[best] == -torch.inf, -1)
        lists.append(torch.nn.functional.pad(items, (0, k - size), value=-1))
    return torch.cat(lists)
