"""Data sets as torch datasets, each with two loaders: with and without soft sampling."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils import data as torch_data
from torch.utils.data import DataLoader, IterableDataset

from graphrec.data.batches import Batch, SharedNegatives
from graphrec.data.dataset import Dataset
from graphrec.data.sampling import InteractionSampler, NegativeSampler

LOOKED_UP = 1 << 20
"""Interactions looked up at once, at most."""


class InteractionDataset(torch_data.Dataset[Batch]):
    """Training interactions by row numbers; a whole batch is one look-up."""

    def __init__(self, data: Dataset, generator: torch.Generator, num_negatives: int = 0) -> None:
        self.user = torch.as_tensor(data.train.user)
        self.item = torch.as_tensor(data.train.item)
        self.rating = torch.as_tensor(data.train.rating)
        self.num_users = data.num_users
        self.num_items = data.num_items
        self.num_negatives = min(num_negatives, data.num_items)
        self.generator = generator
        self.negative_sampler = NegativeSampler(
            data.train.user, data.train.item, data.num_items, generator
        )

    def __len__(self) -> int:
        return len(self.user)

    def __getitem__(self, rows: Tensor) -> Batch:
        return self.batch(*self.look_up(rows))

    def look_up(self, rows: Tensor, draw: Tensor | None = None) -> tuple[Tensor, ...]:
        """Of each row (n,) its number, user, item, a negative and the rating: (n,) each.

        The negatives are those that `draw` (n,) chooses, or numbers drawn here.
        """
        user, item, rating = (column[rows] for column in (self.user, self.item, self.rating))
        draw = self.negative_sampler.draw(len(rows)) if draw is None else draw
        return rows, user, item, self.negative_sampler.choose(user, draw), rating

    def batch(
        self, rows: Tensor, user: Tensor, item: Tensor, negative: Tensor, rating: Tensor
    ) -> Batch:
        """The batch of what has been looked up, with shared negatives where they are wanted."""
        shared = self._draw_shared_negatives(user) if self.num_negatives else None
        return Batch(rows, user, item, negative, self.edge_labels(rating), shared)

    def _draw_shared_negatives(self, user: Tensor) -> SharedNegatives:
        users, inverse = torch.unique(user, return_inverse=True)
        item = torch.randperm(self.num_items, generator=self.generator)[: self.num_negatives]
        # Where a training interaction falls in the table of users and drawn items, if it does.
        row = torch.full((self.num_users,), -1).index_put((users,), torch.arange(len(users)))
        column = torch.full((self.num_items,), -1).index_put((item,), torch.arange(len(item)))
        rows, columns = row[self.user], column[self.item]
        inside = (rows >= 0) & (columns >= 0)
        known = torch.zeros(len(users), len(item), dtype=torch.bool)
        known[rows[inside], columns[inside]] = True
        return SharedNegatives(users, inverse, item, known)

    def edge_labels(self, rating: Tensor) -> Tensor:
        """What the squared error is taken against, of the `rating` (n,) of a batch."""
        raise NotImplementedError

    def loader(self, batch_size: int, soft_ratio: float | None = None) -> DataLoader[Batch]:
        """Batches of an epoch: a full shuffled pass, or soft sampling if a ratio is given."""
        batches = Batches(self, batch_size, soft_ratio)
        return DataLoader(batches, batch_size=None, collate_fn=lambda batch: batch)


class Batches(IterableDataset[Batch]):
    """The batches of the next epoch, their interactions looked up for many batches at once.

    A look-up takes a fraction of the time where others follow it at once: between two steps all
    that it needs has left the processor's nearest cache.
    """

    def __init__(
        self, dataset: InteractionDataset, batch_size: int, soft_ratio: float | None = None
    ) -> None:
        self.dataset = dataset
        self.batch_size = batch_size
        self.generator = dataset.generator
        self.sampler = InteractionSampler(len(dataset), dataset.generator, soft_ratio)

    def __len__(self) -> int:
        return -(-self.sampler.num_drawn // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        for looked_up in self.look_ups():
            yield from self.cut(looked_up)

    def look_ups(self) -> Iterator[tuple[Tensor, ...]]:
        """Those of the epoch, each of many batches."""
        at_once = max(1, LOOKED_UP // self.batch_size) * self.batch_size
        for rows in self.sampler.draw().split(at_once):
            yield self.dataset.look_up(rows)

    def cut(self, looked_up: tuple[Tensor, ...]) -> Iterator[Batch]:
        """The batches of a look-up."""
        columns = [part.split(self.batch_size) for part in looked_up]
        for batch in zip(*columns, strict=True):
            yield self.dataset.batch(*batch)


class RatingDataset(InteractionDataset):
    """Explicit ratings; the squared error is taken over the ratings alone."""

    def edge_labels(self, rating: Tensor) -> Tensor:
        return rating


class EventDataset(InteractionDataset):
    """Implicit events, label 1, each beside a sampled negative of the same user, label 0."""

    def edge_labels(self, rating: Tensor) -> Tensor:
        ones = torch.ones_like(rating)
        return torch.cat([ones, torch.zeros_like(ones)])
