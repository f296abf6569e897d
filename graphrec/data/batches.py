"""What a training step is made of."""

from typing import NamedTuple

import torch
from torch import Tensor

from graphrec.graph.bipartite import BipartiteGraph


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
    graph: BipartiteGraph | None = None
    """The part of the graph to propagate, in whose numbers `user`, `item` and `negative` then are;
    None for the whole."""

    def to(self, device: torch.device) -> "Batch":
        return Batch(
            self.row.to(device),
            self.user.to(device),
            self.item.to(device),
            self.negative.to(device),
            self.target.to(device),
            None if self.rivals is None else self.rivals.to(device),
            None if self.graph is None else self.graph.to(device),
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
