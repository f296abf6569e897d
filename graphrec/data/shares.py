"""What one of several processes has of a data set, and of its batches."""

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from graphrec.data.batches import Batch
from graphrec.data.dataset import Dataset, Entities
from graphrec.data.interactions import HeldOut, Interactions, Mask
from graphrec.data.loaders import LOOKED_UP, InteractionDataset
from graphrec.data.sampling import InteractionSampler


def share_of_data(data: Dataset, users: range) -> Dataset:
    """`data` of some users alone, numbered from 0; all items, without side information."""
    held = data.valid.interactions
    mine = of_users(held, users)
    return replace(
        data,
        users=Entities(data.users.ids[users.start : users.stop], data.users.titles[:0]),
        items=replace(data.items, features={}),
        train=of_share(data.train, users),
        valid=HeldOut(renumbered(held[mine], users), data.valid.negative[mine]),
    )


def of_share(interactions: Interactions, users: range) -> Interactions:
    """Those of `users`, the first of whom becomes user 0."""
    return renumbered(interactions[of_users(interactions, users)], users)


def of_users(interactions: Interactions, users: range) -> Mask:
    """(n,) which of `interactions` are of `users`."""
    mask: Mask = (interactions.user >= users.start) & (interactions.user < users.stop)
    return mask


def renumbered(interactions: Interactions, users: range) -> Interactions:
    """Interactions of `users`, the first of which becomes user 0."""
    return replace(interactions, user=interactions.user - users.start)


class SharedBatches(IterableDataset[Batch]):
    """Of each batch of a whole data set the interactions that are here; maybe none.

    Every process draws all random numbers of the whole, the same ones, and keeps those of its own
    interactions: together they train on the batches, and against the negatives, of one process.
    `dataset` has the interactions `e_id`, rising, out of `num_rows`. Memory: 12 bytes for each of
    `num_rows`.
    """

    def __init__(
        self,
        dataset: InteractionDataset,
        e_id: Tensor,
        num_rows: int,
        batch_size: int,
        soft_ratio: float | None = None,
    ) -> None:
        self.dataset, self.batch_size = dataset, batch_size
        self.generator = dataset.generator
        self.sampler = InteractionSampler(num_rows, dataset.generator, soft_ratio)
        self.row = torch.full((num_rows,), -1, dtype=torch.int32)
        self.row[e_id] = torch.arange(len(e_id), dtype=torch.int32)

    def __len__(self) -> int:
        return -(-self.sampler.num_drawn // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        at_once = max(1, LOOKED_UP // self.batch_size) * self.batch_size
        for e_id in self.sampler.draw().split(at_once):
            yield from self._cut(e_id)

    def _cut(self, e_id: Tensor) -> Iterator[Batch]:
        """The batches of a look-up of these interactions of the whole."""
        numbers = self.dataset.negative_sampler.draw(len(e_id))
        rows = self.row[e_id]
        place = (rows >= 0).nonzero().squeeze(1)
        _, *columns = self.dataset.look_up(rows[place].long(), numbers[place])
        e_id = e_id[place]
        starts = range(0, len(rows), self.batch_size)
        bounds = torch.searchsorted(place, torch.tensor([*starts, len(rows)])).tolist()
        for start, end, first in zip(bounds, bounds[1:], starts, strict=False):
            parts = (column[start:end] for column in (e_id, *columns))
            batch = self.dataset.batch(*parts)
            yield batch._replace(whole=min(self.batch_size, len(rows) - first))

    def loader(self) -> DataLoader[Batch]:
        """As `InteractionDataset.loader` gives them."""
        return DataLoader(self, batch_size=None, collate_fn=lambda batch: batch)
