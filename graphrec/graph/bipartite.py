"""The user-item graph and the matrices that messages pass through."""

from collections.abc import Iterator

import torch
from torch import Tensor

from graphrec.data.dataset import Dataset
from graphrec.graph.kernels import Entries, kernels_for
from graphrec.graph.sparse import csr_matrix


class _Entries:
    """Directed edges in the order of a CSR matrix, of which any part can be taken without sorting.

    `edge` (entries,) says which interaction an entry belongs to; `row` and `column` are its place
    in a matrix of `shape`. A row or column number modulo `num_nodes` is a node.
    """

    def __init__(
        self, row: Tensor, column: Tensor, edge: Tensor, shape: tuple[int, int], num_nodes: int
    ) -> None:
        order = torch.argsort(row * shape[1] + column)
        row, column, edge = row[order], column[order], edge[order]
        offset = torch.zeros(shape[0] + 1, dtype=torch.long, device=row.device)
        offset[1:] = torch.bincount(row, minlength=shape[0]).cumsum(0)
        parts = (offset, column, edge, row % num_nodes, column % num_nodes)
        self.entries = Entries(*(part.int() for part in parts))
        self.shape = shape

    def of(self, kept: Tensor, scale: Tensor) -> Tensor:
        """The matrix of those interactions that `kept` marks; an entry is scale times scale."""
        offset, column, values = kernels_for(scale).select_entries(self.entries, kept, scale)
        return csr_matrix(offset, column, values, self.shape)


class BipartiteGraph:
    """Training interactions as edges; users are nodes 0 … num_users - 1, items follow.

    Edges keep the row numbers of the training interactions, so that those being predicted can be
    left out of the messages. A part of a larger graph has node numbers of its own: `node` (nodes,)
    says which nodes of the whole they are, `row` (interactions,) which interactions it has. Both
    are None in the whole graph.
    """

    def __init__(
        self,
        user: Tensor,
        item: Tensor,
        target: Tensor,
        num_users: int,
        num_items: int,
        node: Tensor | None = None,
        row: Tensor | None = None,
    ) -> None:
        self.user, self.item, self.rating = user, item, target
        self.node, self.row = node, row
        self.num_users = num_users
        self.num_items = num_items
        self.num_nodes = num_users + num_items
        self.num_relations = int(target.max()) if len(target) else 1
        self.kept = torch.ones(len(user), dtype=torch.bool, device=user.device)
        # Shared with every part of the graph: what depends on the whole is sorted once.
        self._entries: dict[str, tuple[_Entries, ...]] = {}
        self._scale: Tensor | None = None
        self._adjacency: Tensor | None = None
        self._channels: tuple[Tensor, Tensor] | None = None

    @property
    def num_edges(self) -> int:
        """Interactions that carry messages."""
        return int(self.kept.sum())

    def to(self, device: torch.device) -> "BipartiteGraph":
        """The same graph there."""
        if device == self.user.device:
            return self
        user, item, target = (part.to(device) for part in (self.user, self.item, self.rating))
        node, row = (None if part is None else part.to(device) for part in (self.node, self.row))
        graph = BipartiteGraph(user, item, target, self.num_users, self.num_items, node, row)
        graph.kept = self.kept.to(device)
        return graph

    def keep(self, kept: Tensor) -> "BipartiteGraph":
        """The graph of those interactions that `kept` (interactions,) marks and this one has."""
        graph: BipartiteGraph = object.__new__(BipartiteGraph)
        graph.__dict__.update(self.__dict__)
        graph.kept = self.kept & kept
        graph._scale = graph._adjacency = graph._channels = None
        return graph

    def without(self, rows: Tensor) -> "BipartiteGraph":
        """The graph in which the training interactions `rows` carry no message."""
        if self.row is not None:
            return self.keep(~torch.isin(self.row, rows))
        kept = torch.ones_like(self.kept)
        kept[rows] = False
        return self.keep(kept)

    def drop(self, rate: float) -> "BipartiteGraph":
        """The graph with each interaction left out with probability `rate`."""
        kept = torch.rand(len(self.kept)) >= rate  # of the CPU's generator: the same everywhere
        return self.keep(kept.to(self.kept.device))

    def adjacency(self) -> Tensor:
        """L = D^-1/2 A D^-1/2 as CSR (nodes, nodes); rows of isolated nodes are empty."""
        if self._adjacency is None:
            if "adjacency" not in self._entries:
                receiver, sender, edge = self._directed()
                shape = (self.num_nodes, self.num_nodes)
                self._entries["adjacency"] = (_Entries(receiver, sender, edge, shape, shape[0]),)
            (self._adjacency,) = self._matrices("adjacency")
        return self._adjacency

    def channels(self) -> tuple[Tensor, Tensor]:
        """L with a column for each sender and rating: (nodes, levels * nodes), and its transpose.

        Column `(rating - 1) * nodes + sender` holds the sender's edges of that rating.
        """
        if self._channels is None:
            if "channels" not in self._entries:
                receiver, sender, edge = self._directed()
                column = (self.rating[edge].long() - 1) * self.num_nodes + sender
                height, width = self.num_nodes, self.num_relations * self.num_nodes
                self._entries["channels"] = (
                    _Entries(receiver, column, edge, (height, width), height),
                    _Entries(column, receiver, edge, (width, height), height),
                )
            matrix, transpose = self._matrices("channels")
            self._channels = matrix, transpose
        return self._channels

    def _directed(self) -> tuple[Tensor, Tensor, Tensor]:
        """Receiver, sender and interaction of every directed edge, kept or not."""
        item = self.item + self.num_users
        edge = torch.arange(len(item), device=item.device).repeat(2)
        return torch.cat([self.user, item]), torch.cat([item, self.user]), edge

    def _matrices(self, name: str) -> Iterator[Tensor]:
        if self._scale is None:
            degree = torch.zeros(self.num_nodes, dtype=torch.int32, device=self.kept.device)
            of_users, of_items = degree.split([self.num_users, self.num_items])
            of_users.index_add_(0, self.user, self.kept.int())
            of_items.index_add_(0, self.item, self.kept.int())
            self._scale = degree.clamp_(min=1).rsqrt()
        scale = self._scale
        return (entries.of(self.kept, scale) for entries in self._entries[name])


def build_graph(data: Dataset) -> BipartiteGraph:
    """The graph of the training interactions, and of nothing else."""
    train = data.train
    user, item = torch.as_tensor(train.user), torch.as_tensor(train.item)
    target = torch.as_tensor(train.rating)
    return BipartiteGraph(user, item, target, data.num_users, data.num_items)
