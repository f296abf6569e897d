"""The two data sets as torch datasets, each with two loaders: with and without soft sampling."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from graphrec.interactions import TrainingData
from graphrec.sampling import InteractionSampler, NegativeSampler


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
        user, item = self.user[rows], self.item[rows]
        negative = self.negative_sampler.sample(user)
        target = self.targets(self.target[rows])
        rivals = self._draw_rivals(user) if self.num_rivals else None
        return Batch(rows, user, item, negative, target, rivals)

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
        sampler = InteractionSampler(len(self), batch_size, self.generator, soft_ratio)
        return DataLoader(self, sampler=sampler, batch_size=None, collate_fn=lambda batch: batch)


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
