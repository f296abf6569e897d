"""What a training step is made of."""

from typing import NamedTuple

import torch
from torch import Tensor


class Batch(NamedTuple):
    """n supervised interactions and, for each, the pair that it is set against."""

    e_id: Tensor
    """(n,) their numbers among the training interactions, the edges of the graph."""
    user: Tensor
    """(n,)"""
    item: Tensor
    """(n,)"""
    negative: Tensor
    """(n,) an item that the user has no training interaction with."""
    edge_label: Tensor
    """(m,) what the squared error is taken against: of the n pairs and, where m = 2 n, of the users
    with their `negative`."""
    shared_negatives: "SharedNegatives | None"
    """Many items to set against all of the batch, where they are wanted."""
    whole: int | None = None
    """Interactions in all, where other processes have the rest of the batch."""

    @property
    def size(self) -> int:
        """Interactions of the whole batch."""
        return len(self.e_id) if self.whole is None else self.whole

    @property
    def share(self) -> float:
        """How much of the whole batch these are, from 0 to 1."""
        return len(self.e_id) / self.size

    def to(self, device: torch.device) -> "Batch":
        return Batch(
            self.e_id.to(device),
            self.user.to(device),
            self.item.to(device),
            self.negative.to(device),
            self.edge_label.to(device),
            None if self.shared_negatives is None else self.shared_negatives.to(device),
            self.whole,
        )


class SharedNegatives(NamedTuple):
    """Items that every user of a batch is set against."""

    user: Tensor
    """(u,) the batch's users, each once."""
    inverse: Tensor
    """(n,) which of `user` each interaction is of."""
    item: Tensor
    """(k,) items, drawn uniformly without replacement."""
    is_interaction: Tensor
    """(u, k) whether the pair is a training interaction, and so no negative."""

    def to(self, device: torch.device) -> "SharedNegatives":
        return SharedNegatives(*(part.to(device) for part in self))
