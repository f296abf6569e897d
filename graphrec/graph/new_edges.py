"""Edges of users who are not in a graph, to items that are."""

from typing import NamedTuple

import torch
from torch import Tensor

from graphrec.data.interactions import Interactions
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.relations import edge_types


class NewEdges(NamedTuple):
    """What new users did, weighted as in the graph, in which nothing else changes."""

    user: Tensor
    """(edges,) from 0."""
    item: Tensor
    """(edges,)"""
    weight: Tensor
    """(edges,) (d_u d_i)^-1/2, d_i the item's degree in the graph, of 1 where it has no edge."""
    edge_type: Tensor | None
    """(edges,) as in the graph."""
    num_users: int

    @classmethod
    def of(cls, new: Interactions, num_users: int, graph: BipartiteGraph) -> "NewEdges":
        """Of the interactions of new users 0 … num_users - 1."""
        user, item = torch.from_numpy(new.user), torch.from_numpy(new.item)
        of_users = torch.bincount(user, minlength=num_users)
        of_items = graph.item_degree.clamp(min=1)
        weight = (of_users[user] * of_items[item]).float().rsqrt()
        levels = graph.levels
        edge_type = None if levels is None else edge_types(new.rating, levels)
        return cls(user, item, weight, edge_type, num_users)

    def without(self, edge: int) -> "NewEdges":
        """Of one user, who has not got that edge: the others weigh more."""
        rest = torch.arange(len(self.item)) != edge
        weight = self.weight[rest] * (len(self.item) / max(len(self.item) - 1, 1)) ** 0.5
        edge_type = None if self.edge_type is None else self.edge_type[rest]
        return NewEdges(self.user[rest], self.item[rest], weight, edge_type, self.num_users)

    def propagate(self, x: Tensor) -> Tensor:
        """What items send of x (items, columns): (num_users, columns).

        A user's sum does not depend on who else is new.
        """
        message = self.weight[:, None] * x[self.item]
        return x.new_zeros(self.num_users, x.shape[1]).index_add_(0, self.user, message)

    def propagate_relations(self, x: Tensor) -> Tensor:
        """What items send of x (relations, items, columns), each over edges of its relation."""
        relation = torch.zeros_like(self.item) if self.edge_type is None else self.edge_type
        message = self.weight[:, None] * x[relation, self.item]
        return x.new_zeros(self.num_users, x.shape[2]).index_add_(0, self.user, message)
