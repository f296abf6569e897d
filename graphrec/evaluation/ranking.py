"""Where a model ranks the relevant items of a user among all unseen ones."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from graphrec.data.errors import DataError
from graphrec.data.interactions import HeldOut, Interactions, Mask

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


def score_blocks(score_items: ScoreItems, user: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Blocks of users with their scores (block, items). Raises DataError on NaN."""
    for block in user.split(BLOCK) if len(user) else ():
        scores = score_items(block)
        if torch.isnan(scores).any():
            raise DataError(
                "expected finite scores to rank, got NaN: training has diverged, lower the "
                "learning rate"
            )
        yield block, scores


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
    ranks = [torch.empty(0, dtype=torch.long)]
    for block, scores in score_blocks(score_items, torch.unique(user)):
        mine = rows_of(block, user)
        row = torch.searchsorted(block, user[mine])
        ranks.append(ranks_among(seen.mask(scores, block), row, item[mine], depth))
    return user, torch.cat(ranks)


def rows_of(block: Tensor, user: Tensor) -> Tensor:
    """(n,) which entries of `user` belong to `block`, consecutive ones of the sorted users."""
    return (user >= block[0]) & (user <= block[-1])


def ranks_among(scores: Tensor, row: Tensor, item: Tensor, depth: int | None = None) -> Tensor:
    """Ranks as in `relevant_ranks` of items (n,) in rows (n,), sorted, of `scores` (block, items).

    Writes to `scores`.
    """
    mine = scores[row, item]
    scores[row, item] = -torch.inf  # from here on only the other items count
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
    return better + place + 1


def recommend(score_items: ScoreItems, user: Tensor, seen: Seen, k: int) -> Tensor:
    """The k best unseen items of each of `user` (n,), best first: (n, k); ties by item number.

    Where a user has fewer unseen items, or there are fewer items, the rest of the row is -1.
    """
    lists = [torch.empty(0, k, dtype=torch.long)]
    for block, scores in score_blocks(score_items, user):
        lists.append(best_items(seen.mask(scores, block), k))
    return torch.cat(lists)


def best_items(scores: Tensor, k: int) -> Tensor:
    """The k best items of each row of `scores` (n, items), as in `recommend`."""
    size = min(k, scores.shape[1])
    # One more than asked for, so that a tie with the last one shows.
    value, items = scores.topk(min(size + 1, scores.shape[1]), dim=1)
    tied = (value[:, 1:] == value[:, :-1]).any(dim=1)
    items = items[:, :size].masked_fill(value[:, :size] == -torch.inf, -1)
    items[tied] = _best_of_ties(scores[tied], size)
    return F.pad(items, (0, k - size), value=-1)


def _best_of_ties(scores: Tensor, size: int) -> Tensor:
    """(n, size) the best items of each row, ties by number; no item of -inf, but -1."""
    # At least `size` a row are no worse than its last; only those have to be sorted.
    row, item = (scores >= scores.topk(size, dim=1).values[:, -1:]).nonzero(as_tuple=True)
    value, order = torch.sort(scores[row, item], descending=True, stable=True)
    row, by_row = torch.sort(row[order], stable=True)
    first = torch.searchsorted(row, torch.arange(len(scores)))
    best = by_row[first[:, None] + torch.arange(size)]
    return item[order][best].masked_fill(value[best] == -torch.inf, -1)


@dataclass(frozen=True)
class Ranked:
    """What all scores of the held-out interactions' users tell, looked at once."""

    positive: Tensor
    """(n,) score of each held-out interaction."""
    negative: Tensor
    """(n,) score of its negative."""
    user: Tensor
    """(m,) users of the relevant interactions, sorted."""
    rank: Tensor
    """(m,) their ranks."""
    lists: Tensor
    """(users, k) the k best unseen items of each user with a relevant interaction, by number."""


def rank_held_out(
    score_items: ScoreItems, held_out: HeldOut, relevant: Mask, seen: Seen, k: int
) -> Ranked:
    """Ranks of the interactions that `relevant` (n,) marks, lists of k, and scores of all pairs."""
    pairs = held_out.interactions
    order = np.argsort(pairs.user, kind="stable")
    user, item, negative = (
        torch.as_tensor(column[order]) for column in (pairs.user, pairs.item, held_out.negative)
    )
    counts = torch.from_numpy(relevant[order])
    scored = torch.empty(2, len(user))
    ranks, lists = [torch.empty(0, dtype=torch.long)], [torch.empty(0, k, dtype=torch.long)]
    for block, scores in score_blocks(score_items, torch.unique(user)):
        mine = rows_of(block, user)
        row = torch.searchsorted(block, user[mine])
        scored[:, mine] = scores[row, torch.stack([item[mine], negative[mine]])]
        scores = seen.mask(scores, block)
        ranked = counts[mine]
        lists.append(best_items(scores[torch.unique(row[ranked])], k))
        ranks.append(ranks_among(scores, row[ranked], item[mine][ranked], k))
    places = torch.from_numpy(order)
    positive, of_negative = torch.empty_like(scored).index_copy_(1, places, scored)
    return Ranked(positive, of_negative, user[counts], torch.cat(ranks), torch.cat(lists))
