"""A graph whose users are divided among processes, while each has all items."""

from dataclasses import dataclass, replace
from itertools import pairwise

import torch
from torch import Tensor

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.group import ALONE, Group, sum_rows

DRAWN = 1 << 24
"""Random numbers of the whole graph that a process holds at once."""
USER_COST = 20
"""Time and memory of a user's vectors, in interactions (`python -m benchmarks.workers`)."""


@dataclass(frozen=True, eq=False)
class PartitionedGraph(BipartiteGraph):
    """The edges of some users, consecutive ones of a larger graph; others have the rest.

    Nodes are these users, then all items. What a user hears is whole here; what an item hears is
    summed over the processes: one exchange of (items, columns) a layer. All processes of `group`
    have to ask for the same things in the same order.
    """

    group: Group = ALONE
    first_user: int = 0
    """The number in the whole graph of user 0."""
    whole_users: int = 0
    whole_edges: int = 0
    """How many the whole graph has; `e_id`, rising, says which of them these are."""

    @property
    def first_rows(self) -> tuple[int, int]:
        return self.first_user, self.whole_users

    def complete(self, message: Tensor) -> Tensor:
        return sum_rows(message, self.group, self.num_users)

    def message_mask(self, e_id: Tensor) -> Tensor:
        assert self.e_id is not None
        edge_mask = torch.ones(self.num_edges, dtype=torch.bool, device=self.user.device)
        edge_mask[torch.searchsorted(self.e_id, e_id)] = False
        return edge_mask

    def dropout_edge(self, p: float, edge_mask: Tensor | None = None) -> Tensor:
        """As in the whole graph, whose edges all have a number drawn: these keep their own."""
        assert self.e_id is not None
        drawn = torch.empty(self.num_edges, dtype=torch.bool)
        for start in range(0, self.whole_edges, DRAWN):
            end = min(start + DRAWN, self.whole_edges)
            numbers = torch.rand(end - start)
            first, last = torch.searchsorted(self.e_id, torch.tensor([start, end])).tolist()
            drawn[first:last] = numbers[self.e_id[first:last] - start] >= p
        return drawn if edge_mask is None else drawn & edge_mask

    def _degree(self, edge_mask: Tensor) -> Tensor:
        degree = super()._degree(edge_mask)
        self.group.sum_(degree[self.num_users :])
        return degree


def share_of(graph: BipartiteGraph, users: range) -> PartitionedGraph:
    """What a process has of `graph`, whose users `users` are its own; it trains in a group."""
    e_id = ((graph.user >= users.start) & (graph.user < users.stop)).nonzero().squeeze(1)
    return PartitionedGraph(
        user=graph.user[e_id] - users.start,
        item=graph.item[e_id],
        num_users=len(users),
        num_items=graph.num_items,
        edge_type=None if graph.edge_type is None else graph.edge_type[e_id],
        num_relations=graph.num_relations,
        e_id=e_id,
        first_user=users.start,
        whole_users=graph.num_users,
        whole_edges=graph.num_edges,
    )


def in_group(graph: PartitionedGraph, group: Group) -> PartitionedGraph:
    """The same share, held by a process of `group`."""
    return replace(graph, group=group)


def divide_users(graph: BipartiteGraph, count: int) -> list[range]:
    """`count` runs of consecutive users that cost about the same; some may have no user."""
    degree = torch.bincount(graph.user, minlength=graph.num_users)
    costs = (degree + USER_COST).cumsum(0).double()
    wanted = torch.arange(1, count) * (graph.num_edges + USER_COST * graph.num_users) / count
    inner = torch.searchsorted(costs, wanted.double(), right=True).tolist()
    return [range(start, stop) for start, stop in pairwise([0, *inner, graph.num_users])]
