"""The two data sets as torch datasets, each with two loaders: with and without soft sampling."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset

from graphrec.interactions import TrainingData
from graphrec.sampling import InteractionSampler, NegativeSampler

LOOKED_UP = 1 << 20
"""Interactions looked up at once, at most."""


class Batch(NamedTuple):
    """n supervised interactions and, for each, the pair that it is set against."""

    row: Tensor
    """(n,) row numbers in the training interactions, so that a model can leave them out."""
    user: Tensor
    """(n,)"""
    item: Tensor
    """(n,)"""
    negative: Tensor
    """(n,) an item that the user has no training interaction with."""
    target: Tensor
    """(m,) targets: of the n pairs and, where m = 2 n, of the users with their `negative`."""
    rivals: "Rivals | None"
    """Many items to set against all of the batch, where they are wanted."""

    def to(self, device: torch.device) -> "Batch":
        return Batch(
            self.row.to(device),
            self.user.to(device),
            self.item.to(device),
            self.negative.to(device),
            self.target.to(device),
            None if self.rivals is None else self.rivals.to(device),
        )


class Rivals(NamedTuple):
    """Items that every user of a batch is set against."""

    user: Tensor
    """(u,) the batch's users, each once."""
    line: Tensor
    """(n,) which of `user` each interaction belongs to."""
    item: Tensor
    """(k,) items, drawn uniformly without replacement."""
    known: Tensor
    """(u, k) whether the pair is a training interaction, and so no rival."""

    def to(self, device: torch.device) -> "Rivals":
        return Rivals(*(part.to(device) for part in self))


class InteractionDataset(Dataset[Batch]):
    """Training interactions by row numbers; a whole batch is one look-up."""

    def __init__(self, data: TrainingData, generator: torch.Generator, rivals: int = 0) -> None:
        self.user = torch.as_tensor(data.train.user)
        self.item = torch.as_tensor(data.train.item)
        self.target = torch.as_tensor(data.train.target)
        self.num_users = data.num_users
        self.num_items = data.num_items
        self.num_rivals = min(rivals, data.num_items)
        self.generator = generator
        self.negative_sampler = NegativeSampler(
            data.train.user, data.train.item, data.num_items, generator
        )

    def __len__(self) -> int:
        return len(self.user)

    def __getitem__(self, rows: Tensor) -> Batch:
        return self.batch(*self.look_up(rows))

    def look_up(self, rows: Tensor) -> tuple[Tensor, ...]:
        """Of each row (n,) its number, user, item, a negative and the target: (n,) each."""
        user, item, target = (part[rows] for part in (self.user, self.item, self.target))
        return rows, user, item, self.negative_sampler.sample(user), target

    def batch(
        self, rows: Tensor, user: Tensor, item: Tensor, negative: Tensor, target: Tensor
    ) -> Batch:
        """The batch of what has been looked up, with rivals where they are wanted."""
        rivals = self._draw_rivals(user) if self.num_rivals else None
        return Batch(rows, user, item, negative, self.targets(target), rivals)

    def _draw_rivals(self, user: Tensor) -> Rivals:
        users, line = torch.unique(user, return_inverse=True)
        item = torch.randperm(self.num_items, generator=self.generator)[: self.num_rivals]
        # Where a training interaction falls in the table of users and drawn items, if it does.
        row = torch.full((self.num_users,), -1).index_put((users,), torch.arange(len(users)))
        column = torch.full((self.num_items,), -1).index_put((item,), torch.arange(len(item)))
        rows, columns = row[self.user], column[self.item]
        inside = (rows >= 0) & (columns >= 0)
        known = torch.zeros(len(users), len(item), dtype=torch.bool)
        known[rows[inside], columns[inside]] = True
        return Rivals(users, line, item, known)

    def targets(self, target: Tensor) -> Tensor:
        """What the squared error is taken against, of the `target` (n,) of a batch."""
        raise NotImplementedError

    def loader(self, batch_size: int, soft_ratio: float | None = None) -> DataLoader[Batch]:
        """Batches of an epoch: a full shuffled pass, or soft sampling if a ratio is given."""
        sampler = InteractionSampler(len(self), self.generator, soft_ratio)
        return DataLoader(
            Batches(self, sampler, batch_size), batch_size=None, collate_fn=lambda batch: batch
        )


class Batches(IterableDataset[Batch]):
    """The batches of the next epoch, their interactions looked up for many batches at once.

    A look-up takes a fraction of the time where others follow it at once: between two steps all
    that it needs has left the processor's nearest cache.
    """

    def __init__(
        self, dataset: InteractionDataset, sampler: InteractionSampler, batch_size: int
    ) -> None:
        self.dataset = dataset
        self.sampler = sampler
        self.batch_size = batch_size

    def __len__(self) -> int:
        return -(-self.sampler.num_drawn // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        at_once = max(1, LOOKED_UP // self.batch_size) * self.batch_size
        for rows in self.sampler.draw().split(at_once):
            columns = [part.split(self.batch_size) for part in self.dataset.look_up(rows)]
            for batch in zip(*columns, strict=True):
                yield self.dataset.batch(*batch)


class MovieLensDataset(InteractionDataset):
    """Ratings from 1 to 5; the squared error is taken over the ratings alone."""

    def targets(self, target: Tensor) -> Tensor:
        return target


class IMDBDataset(InteractionDataset):
    """Credits, target 1, each beside a sampled non-credit of the same actor, target 0."""

    def targets(self, target: Tensor) -> Tensor:
        return torch.cat([target, torch.zeros_like(target)])


DATASETS: dict[str, type[InteractionDataset]] = {
    "movielens": MovieLensDataset,
    "imdb": IMDBDataset,
}
