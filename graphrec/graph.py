"""The user-item graph and its product with node embeddings: where training spends its time."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec.interactions import TrainingData


def multiply(matrix: Tensor, x: Tensor) -> Tensor:
    """Product of a CSR matrix (n, m) with x (m, columns), without a gradient.

    On a CPU a row is a weighted bag of x's rows: FBGEMM's kernel for that takes about half the time
    of MKL's sparse product. On a GPU it is cuSPARSE's product.
    """
    if x.device.type != "cpu":
        return matrix @ x
    offsets, column, values = matrix.crow_indices(), matrix.col_indices(), matrix.values()
    # Detached, it does not prepare for a derivative of its own.
    bags: tuple[Tensor, ...] = torch.embedding_bag(
        x.detach(), column, offsets, mode=0, per_sample_weights=values, include_last_offset=True
    )
    return bags[0]


class _SymmetricProduct(torch.autograd.Function):
    """`matrix @ x` for a symmetric sparse matrix: the backward product is the same product."""

    @staticmethod
    def forward(ctx: Any, matrix: Tensor, x: Tensor) -> Tensor:
        ctx.matrix = matrix
        return multiply(matrix, x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        return None, multiply(ctx.matrix, gradients[0].contiguous())


def propagate(adjacency: Tensor, x: Tensor) -> Tensor:
    """Product of a symmetric CSR matrix (nodes, nodes) with x (nodes, columns)."""
    product: Tensor = _SymmetricProduct.apply(adjacency, x)  # type: ignore[no-untyped-call]
    return product


class _Product(torch.autograd.Function):
    """`matrix @ x` for any sparse matrix whose transpose is at hand."""

    @staticmethod
    def forward(ctx: Any, matrix: Tensor, transpose: Tensor, x: Tensor) -> Tensor:
        ctx.transpose = transpose
        return multiply(matrix, x)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, None, Tensor]:
        return None, None, multiply(ctx.transpose, gradients[0].contiguous())


def propagate_with(matrix: Tensor, transpose: Tensor, x: Tensor) -> Tensor:
    """Product of a CSR matrix (n, m), whose transpose is given, with x (m, columns)."""
    product: Tensor = _Product.apply(matrix, transpose, x)  # type: ignore[no-untyped-call]
    return product


def csr_matrix(crow: Tensor, col: Tensor, values: Tensor, shape: tuple[int, int]) -> Tensor:
    with warnings.catch_warnings():
        # torch calls its CSR layout a beta, once a process; results are held against an oracle.
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta state")
        return torch.sparse_csr_tensor(crow, col, values, shape, check_invariants=False)


def to_scipy(matrix: Tensor) -> sp.csr_array:
    """The same CSR matrix for NumPy."""
    parts = (matrix.values(), matrix.col_indices(), matrix.crow_indices())
    return sp.csr_array(
        tuple(part.numpy() for part in parts), shape=(matrix.shape[0], matrix.shape[1])
    )


def from_scipy(matrix: sp.csr_array) -> Tensor:
    """The same CSR matrix for torch, single precision."""
    return csr_matrix(
        torch.from_numpy(matrix.indptr.astype(np.int32)),
        torch.from_numpy(matrix.indices.astype(np.int32)),
        torch.from_numpy(matrix.data.astype(np.float32)),
        matrix.shape,
    )


class _Entries:
    """Directed edges in the order of a CSR matrix, of which any part can be taken without sorting.

    `edge` (entries,) says which interaction an entry belongs to; `row` and `column` are its place
    in a matrix of `shape`. A row or column number modulo `num_nodes` is a node.
    """

    def __init__(
        self, row: Tensor, column: Tensor, edge: Tensor, shape: tuple[int, int], num_nodes: int
    ) -> None:
        order = torch.argsort(row * shape[1] + column)
        row, column = row[order], column[order]
        self.edge = edge[order].int()
        self.column = column.int()
        self.ends = (row % num_nodes).int(), (column % num_nodes).int()
        self.offsets = torch.zeros(shape[0] + 1, dtype=torch.long, device=row.device)
        self.offsets[1:] = torch.bincount(row, minlength=shape[0]).cumsum(0)
        self.shape = shape

    def of(self, kept: Tensor, scale: Tensor) -> Tensor:
        """The matrix of those interactions that `kept` marks; an entry is scale times scale."""
        marked = kept.index_select(0, self.edge)
        entries = marked.nonzero().squeeze(1)
        count = torch.zeros(len(marked) + 1, dtype=torch.int32, device=marked.device)
        torch.cumsum(marked, 0, dtype=torch.int32, out=count[1:])
        first, second = (scale.index_select(0, end[entries]) for end in self.ends)
        return csr_matrix(count[self.offsets], self.column[entries], first * second, self.shape)


class BipartiteGraph:
    """Training interactions as edges; users are nodes 0 … num_users - 1, items follow.

    Edges keep the row numbers of the training interactions, so that those being predicted can be
    left out of the messages.
    """

    def __init__(
        self, user: Tensor, item: Tensor, target: Tensor, num_users: int, num_items: int
    ) -> None:
        self.user, self.item, self.target = user, item, target
        self.num_users = num_users
        self.num_items = num_items
        self.num_nodes = num_users + num_items
        self.num_levels = int(target.max()) if len(target) else 1
        self.kept = torch.ones(len(user), dtype=torch.bool, device=user.device)
        # Shared with every part of the graph: what depends on the whole is sorted once.
        self._entries: dict[str, tuple[_Entries, ...]] = {}
        self._adjacency: Tensor | None = None
        self._channels: tuple[Tensor, Tensor] | None = None

    @property
    def num_edges(self) -> int:
        """Interactions that carry messages."""
        return int(self.kept.sum())

    def keep(self, kept: Tensor) -> "BipartiteGraph":
        """The graph of those interactions that `kept` (interactions,) marks and this one has."""
        graph: BipartiteGraph = object.__new__(BipartiteGraph)
        graph.__dict__.update(self.__dict__)
        graph.kept = self.kept & kept
        graph._adjacency = graph._channels = None
        return graph

    def without(self, rows: Tensor) -> "BipartiteGraph":
        """The graph in which the interactions `rows` carry no message."""
        kept = torch.ones_like(self.kept)
        kept[rows] = False
        return self.keep(kept)

    def drop(self, rate: float) -> "BipartiteGraph":
        """The graph with each interaction left out with probability `rate`."""
        kept = torch.rand(len(self.kept), device=self.kept.device) >= rate
        return self.keep(kept)

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
                column = (self.target[edge].long() - 1) * self.num_nodes + sender
                height, width = self.num_nodes, self.num_levels * self.num_nodes
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
        user = torch.bincount(self.user[self.kept], minlength=self.num_users)
        item = torch.bincount(self.item[self.kept], minlength=self.num_items)
        scale = torch.cat([user, item]).clamp_(min=1).float().rsqrt()
        return (entries.of(self.kept, scale) for entries in self._entries[name])


def build_graph(data: TrainingData) -> BipartiteGraph:
    """The graph of the training interactions, and of nothing else."""
    train = data.train
    user, item = torch.as_tensor(train.user), torch.as_tensor(train.item)
    target = torch.as_tensor(train.target)
    return BipartiteGraph(user, item, target, data.num_users, data.num_items)
