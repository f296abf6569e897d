"""What an epoch trains on: which interactions, in which order, against which negatives."""

import torch
from torch import Tensor

from graphrec.data.errors import DataError
from graphrec.data.interactions import IntArray


class InteractionSampler:
    """The row numbers of an epoch, as one tensor: no Python per row.

    Without soft sampling an epoch is every row once, in random order. Soft random sampling
    (arXiv 2311.12727) draws `ratio * num_rows` rows uniformly with replacement, so that with ratio
    0.8 about 55 % of the distinct rows are seen in an epoch.
    """

    def __init__(
        self, num_rows: int, generator: torch.Generator, soft_ratio: float | None = None
    ) -> None:
        self.num_rows = num_rows
        self.generator = generator
        self.replacement = soft_ratio is not None
        self.num_drawn = num_rows if soft_ratio is None else max(1, round(soft_ratio * num_rows))

    def draw(self) -> Tensor:
        """(num_drawn,) rows of the next epoch."""
        if self.replacement:
            return torch.randint(self.num_rows, (self.num_drawn,), generator=self.generator)
        return torch.randperm(self.num_rows, generator=self.generator)


class NegativeSampler:
    """Items that a user has no training interaction with, drawn uniformly.

    Held-out items may be drawn: rejecting them would tell the model where they are.
    """

    def __init__(
        self, user: IntArray, item: IntArray, num_items: int, generator: torch.Generator
    ) -> None:
        key = torch.unique(torch.as_tensor(user) * num_items + torch.as_tensor(item))
        known = torch.bincount(key // num_items)
        self.free = num_items - known
        if len(known) and self.free.min() <= 0:
            raise DataError(
                f"expected every user to leave an item out, got one with all {num_items}: "
                "leave that user out, or give more items"
            )
        self.num_items = num_items
        self.generator = generator
        self.start = known.cumsum(0) - known
        # Of each known item how many items below it are not known, after those of earlier users.
        self.below = key - (torch.arange(len(key)) - self.start[key // num_items])

    def sample(self, user: Tensor) -> Tensor:
        """One item for each entry of `user`, of the same shape."""
        users = user.flatten()
        return self.choose(users, self.draw(len(users))).view_as(user)

    def draw(self, count: int) -> Tensor:
        """(count,) numbers from 0 to 1, each of which chooses an item."""
        return torch.rand(count, dtype=torch.double, generator=self.generator)

    def choose(self, user: Tensor, draw: Tensor) -> Tensor:
        """The item that `draw` (n,) chooses for each of `user` (n,)."""
        # The item with `place` others below it that are not known either.
        place = (draw * self.free[user]).long()
        passed = torch.searchsorted(self.below, user * self.num_items + place, right=True)
        return place + passed - self.start[user]
