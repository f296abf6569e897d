"""The user-item graph and the matrices that messages pass through."""

from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from graphrec.data.dataset import Dataset
from graphrec.data.interactions import FloatArray
from graphrec.graph.kernels import Entries, kernels_for
from graphrec.graph.kernels.checks import expect_numbers
from graphrec.graph.relations import edge_types, rating_levels
from graphrec.graph.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class BipartiteGraph:
    """Interactions as edges; users are nodes 0 … num_users - 1, items follow.

    The graph never changes. What a step leaves out of it says an `edge_mask` (edges,), True for the
    edges that carry messages; entries are sorted once for all masks. A part of a larger graph has
    node numbers of its own, and says in `n_id` and `e_id` what they are in the whole.
    """

    user: Tensor
    """(edges,)"""
    item: Tensor
    """(edges,) from 0."""
    num_users: int
    num_items: int
    edge_type: Tensor | None = None
    """(edges,) the relation of each edge, from 0; None where there is but one."""
    num_relations: int = 1
    n_id: Tensor | None = None
    """(nodes,) which nodes of the whole graph these are, as PyG's loaders name it."""
    e_id: Tensor | None = None
    """(edges,) which edges of the whole graph these are."""
    levels: FloatArray | None = None
    """(num_relations,) the lowest rating of each relation, where relations are ratings."""

    @property
    def num_nodes(self) -> int:
        return self.num_users + self.num_items

    @property
    def num_edges(self) -> int:
        return len(self.user)

    @property
    def first_rows(self) -> tuple[int, int]:
        """The numbers of the first user and the first item among the nodes of the whole graph."""
        return 0, self.num_users

    def to(self, device: torch.device) -> "BipartiteGraph":
        """The same graph on `device`."""
        if device == self.user.device:
            return self
        names = ("user", "item", "edge_type", "n_id", "e_id")
        tensors = {name: getattr(self, name) for name in names}
        moved = {name: each.to(device) for name, each in tensors.items() if each is not None}
        return replace(self, **moved)

    @cached_property
    def item_degree(self) -> Tensor:
        """(items,) numbers of edges."""
        return torch.bincount(self.item, minlength=self.num_items)

    def complete(self, message: Tensor) -> Tensor:
        """What the nodes hear (nodes, columns), with what edges held by other processes carry."""
        return message

    def message_mask(self, e_id: Tensor) -> Tensor:
        """(edges,) mask without the edges `e_id` of the whole graph: those that are predicted."""
        if self.e_id is not None:
            return ~torch.isin(self.e_id, e_id)
        edge_mask = torch.ones(self.num_edges, dtype=torch.bool, device=self.user.device)
        edge_mask[e_id] = False
        return edge_mask

    def dropout_edge(self, p: float, edge_mask: Tensor | None = None) -> Tensor:
        """(edges,) `edge_mask`, or all edges, with each left out with probability `p`."""
        drawn = torch.rand(self.num_edges) >= p  # of the CPU's generator: the same everywhere
        drawn = drawn.to(self.user.device)
        return drawn if edge_mask is None else drawn & edge_mask

    def adjacency(self, edge_mask: Tensor | None = None) -> Tensor:
        """L = D^-1/2 A D^-1/2 as CSR (nodes, nodes); rows of isolated nodes are empty.

        A and the degrees D are of the edges that `edge_mask` marks.
        """
        if edge_mask is None:
            return self._whole_adjacency
        self._expect_mask(edge_mask)
        return self._select(self._sorted, edge_mask, self._scale(edge_mask), self.num_nodes)

    def relations(self, edge_mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """L with a block of columns for each relation, and its transpose, both CSR.

        (nodes, num_relations * nodes): column `edge_type * nodes + sender` holds the sender's edges
        of that relation. The degrees are those of all relations together.
        """
        if edge_mask is None:
            return self._whole_relations
        self._expect_mask(edge_mask)
        scale, width = self._scale(edge_mask), self.num_relations * self.num_nodes
        matrix, transpose = self._sorted_by_relation
        return (
            self._select(matrix, edge_mask, scale, width),
            self._select(transpose, edge_mask, scale, self.num_nodes),
        )

    def _expect_mask(self, edge_mask: Tensor) -> None:
        if edge_mask.shape != (self.num_edges,):
            raise ValueError(
                f"expected a mask of {self.num_edges} edges, got {tuple(edge_mask.shape)}"
            )

    @cached_property
    def _whole_adjacency(self) -> Tensor:
        return self.adjacency(self._every_edge)

    @cached_property
    def _whole_relations(self) -> tuple[Tensor, Tensor]:
        return self.relations(self._every_edge)

    @property
    def _every_edge(self) -> Tensor:
        return torch.ones(self.num_edges, dtype=torch.bool, device=self.user.device)

    @cached_property
    def _sorted(self) -> Entries:
        receiver, sender, edge = self._directed()
        return _sort(receiver, sender, edge, (self.num_nodes, self.num_nodes), self.num_nodes)

    @cached_property
    def _sorted_by_relation(self) -> tuple[Entries, Entries]:
        receiver, sender, edge = self._directed()
        if self.edge_type is not None:
            sender = self.edge_type[edge] * self.num_nodes + sender
        height, width = self.num_nodes, self.num_relations * self.num_nodes
        return (
            _sort(receiver, sender, edge, (height, width), height),
            _sort(sender, receiver, edge, (width, height), height),
        )

    def _directed(self) -> tuple[Tensor, Tensor, Tensor]:
        """Receiver, sender and edge of every message, in both directions."""
        item = self.item + self.num_users
        edge = torch.arange(self.num_edges, device=item.device).repeat(2)
        return torch.cat([self.user, item]), torch.cat([item, self.user]), edge

    def _scale(self, edge_mask: Tensor) -> Tensor:
        """(nodes,) D^-1/2, of 1 where no edge is left."""
        return self._degree(edge_mask).clamp_(min=1).rsqrt()

    def _degree(self, edge_mask: Tensor) -> Tensor:
        degree = torch.zeros(self.num_nodes, dtype=torch.int32, device=edge_mask.device)
        of_users, of_items = degree.split([self.num_users, self.num_items])
        of_users.index_add_(0, self.user, edge_mask.int())
        of_items.index_add_(0, self.item, edge_mask.int())
        return degree

    @staticmethod
    def _select(entries: Entries, edge_mask: Tensor, scale: Tensor, width: int) -> Tensor:
        offset, column, values = kernels_for(scale).select_entries(entries, edge_mask, scale)
        return csr_matrix(offset, column, values, (len(offset) - 1, width))


def _sort(
    row: Tensor, column: Tensor, edge: Tensor, shape: tuple[int, int], num_nodes: int
) -> Entries:
    """Entries in the order of a CSR matrix of `shape`, so that any part is taken without sorting.

    A row or column number modulo `num_nodes` is a node.
    """
    order = torch.argsort(row * shape[1] + column)
    row, column, edge = row[order], column[order], edge[order]
    offset = torch.zeros(shape[0] + 1, dtype=torch.long, device=row.device)
    offset[1:] = torch.bincount(row, minlength=shape[0]).cumsum(0)
    fields = (offset, column, edge, row % num_nodes, column % num_nodes)
    return Entries(*(field.int() for field in fields))


def build_graph(data: Dataset) -> BipartiteGraph:
    """The graph of the training interactions, and of nothing else, in their order.

    Its relations are those of `rating_levels`, the lowest first. Events have but one.
    """
    user, item = torch.as_tensor(data.train.user), torch.as_tensor(data.train.item)
    # Once, where a graph is made: the passes over it go to any address they are told.
    expect_numbers("users", user, data.num_users)
    expect_numbers("items", item, data.num_items, len(user))
    graph = BipartiteGraph(user, item, data.num_users, data.num_items)
    if not data.explicit:
        return graph
    levels = rating_levels(data.train.rating)
    edge_type = edge_types(data.train.rating, levels)
    return replace(graph, edge_type=edge_type, num_relations=len(levels), levels=levels)
