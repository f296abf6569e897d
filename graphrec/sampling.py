"""What an epoch trains on: which interactions, in which order, against which negatives."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Sampler

from graphrec.interactions import IntArray


class InteractionSampler(Sampler[Tensor]):
    """Batches of row numbers, as tensors: no Python per row.

    Without soft sampling an epoch is every row once, in random order. Soft random sampling
    (arXiv 2311.12727) draws `ratio * num_rows` rows uniformly with replacement, so that with ratio
    0.8 about 55 % of the distinct rows are seen in an epoch.
    """

    def __init__(
        self,
        num_rows: int,
        batch_size: int,
        generator: torch.Generator,
        soft_ratio: float | None = None,
    ) -> None:
        self.num_rows = num_rows
        self.batch_size = batch_size
        self.generator = generator
        self.num_drawn = num_rows if soft_ratio is None else max(1, round(soft_ratio * num_rows))
        self.replacement = soft_ratio is not None

    def __len__(self) -> int:
        return -(-self.num_drawn // self.batch_size)

    def __iter__(self) -> Iterator[Tensor]:
        if self.replacement:
            rows = torch.randint(self.num_rows, (self.num_drawn,), generator=self.generator)
        else:
            rows = torch.randperm(self.num_rows, generator=self.generator)
        yield from rows.split(self.batch_size)


class NegativeSampler:
    """Items that a user has no training interaction with, drawn uniformly.

    Held-out items may be drawn: rejecting them would tell the model where they are.
    """

    def __init__(
        self, user: IntArray, item: IntArray, num_items: int, generator: torch.Generator
    ) -> None:
        busiest = int(np.bincount(user).max(initial=0))
        if busiest >= num_items:
            raise ValueError(
                f"expected every user to leave an item out, got one with all {num_items}"
            )
        self.num_items = num_items
        self.generator = generator
        self.known = torch.unique(torch.as_tensor(user) * num_items + torch.as_tensor(item))

    def sample(self, user: Tensor) -> Tensor:
        """One item for each entry of `user`, of the same shape."""
        users = user.flatten()
        item = torch.randint(self.num_items, users.shape, generator=self.generator)
        clash = self.contains(users, item).nonzero().squeeze(1)
        while len(clash):
            item[clash] = torch.randint(self.num_items, clash.shape, generator=self.generator)
            clash = clash[self.contains(users[clash], item[clash])]
        return item.view_as(user)

    def contains(self, user: Tensor, item: Tensor) -> Tensor:
        """Whether each pair is a training interaction; boolean, of the shape of `user`."""
        key = user * self.num_items + item
        at = torch.searchsorted(self.known, key).clamp_(max=len(self.known) - 1)
        known: Tensor = self.known[at] == key
        return known
