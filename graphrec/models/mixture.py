"""Weights of scores that were made apart, learned on held-out interactions."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F


class Scored(NamedTuple):
    """Scores that P parts give to some pairs, and their ratings, where there are any."""

    part: Tensor
    """(P, pairs …)"""
    rating: Tensor | None = None
    """(pairs …)"""

    def take(self, *index: Tensor | slice) -> "Scored":
        """Those of some pairs, by what indexes them."""
        rating = None if self.rating is None else self.rating[index]
        return Scored(self.part[:, *index], rating)

    @classmethod
    def join(cls, blocks: "list[Scored]") -> "Scored":
        """Blocks of pairs one after another."""
        ratings = [block.rating for block in blocks if block.rating is not None]
        part = torch.cat([block.part for block in blocks], dim=1)
        return cls(part, torch.cat(ratings) if ratings else None)


def liked(rating: Tensor, slope: Tensor, centre: Tensor) -> Tensor:
    """log of the chance that an item with this predicted rating is relevant to who knows it."""
    return F.logsigmoid(slope * (rating - centre))


def fit_log_linear(
    every: Scored, excluded: Tensor, positive: Scored, row: Tensor, centre: float
) -> tuple[Tensor, Tensor]:
    """Weights (P,) and (slope, centre), of Σ weight part + log sigmoid(slope (rating - centre)).

    They maximise the likelihood of held-out interactions (n,), each a draw from the softmax of its
    user's scores: a log-linear model. `every` has scores of some items (users, items), of which
    those `excluded` are known already, `positive` those of the held-out interactions, `row` (n,)
    whose they are. `centre` is where the search for it starts; without ratings it stays, as does
    the slope.
    """
    scale = every.part.flatten(1).double().std(dim=1).clamp(min=1e-9)
    parts = (every.part.flatten(1).double().T / scale).view(*every.part.shape[1:], -1)
    mine = positive.part.double().T / scale  # (n, P)
    weight = torch.full_like(scale, 1 / len(scale)).requires_grad_()
    level = torch.tensor([1.0, centre], dtype=torch.double, requires_grad=every.rating is not None)
    free = [variable for variable in (weight, level) if variable.requires_grad]
    optimizer = torch.optim.LBFGS(free, line_search_fn="strong_wolfe", max_iter=100)

    def loss() -> Tensor:
        optimizer.zero_grad()
        scores, own = parts @ weight, mine @ weight
        if every.rating is not None and positive.rating is not None:
            scores = scores + liked(every.rating.double(), *level)
            own = own + liked(positive.rating.double(), *level)
        others = scores.masked_fill(excluded, -torch.inf).logsumexp(dim=1)
        value = F.softplus(others[row] - own).mean()
        value.backward()
        return value

    with torch.enable_grad():
        optimizer.step(loss)
    return (weight.detach() / scale).float(), level.detach().float()


def fit_share(first: Tensor, second: Tensor, target: Tensor) -> Tensor:
    """The share of `first`, from 0 to 1, that with the rest of `second` misses `target` least.

    All are (n,), the error is the squared one.
    """
    difference = (first - second).double()
    residual = (target - second).double()
    share = (difference @ residual) / (difference @ difference).clamp(min=1e-12)
    return share.clamp(0, 1).float()
