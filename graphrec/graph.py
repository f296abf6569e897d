"""The user-item graph and its product with node embeddings: where training spends its time."""

import warnings
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec.interactions import TrainingData


class _SymmetricProduct(torch.autograd.Function):
    """`matrix @ x` for a symmetric sparse matrix: the backward product is the same product."""

    @staticmethod
    def forward(ctx: Any, matrix: Tensor, x: Tensor) -> Tensor:
        ctx.matrix = matrix
        return matrix @ x

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        return None, ctx.matrix @ gradients[0].contiguous()


def propagate(adjacency: Tensor, x: Tensor) -> Tensor:
    """Product of a symmetric CSR matrix (nodes, nodes) with x (nodes, columns).

    One function for every device: MKL's sparse product on a CPU, cuSPARSE's on a GPU.
    """
    product: Tensor = _SymmetricProduct.apply(adjacency, x)  # type: ignore[no-untyped-call]
    return product


class _Product(torch.autograd.Function):
    """`matrix @ x` for any sparse matrix whose transpose is at hand."""

    @staticmethod
    def forward(ctx: Any, matrix: Tensor, transpose: Tensor, x: Tensor) -> Tensor:
        ctx.transpose = transpose
        return matrix @ x

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, None, Tensor]:
        return None, None, ctx.transpose @ gradients[0].contiguous()


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


class BipartiteGraph:
    """Training interactions as edges; users are nodes 0 … num_users - 1, items follow.

    Edges keep the row numbers of the training interactions, so that those being predicted can be
    left out of the messages.
    """

    def __init__(
        self, user: Tensor, item: Tensor, target: Tensor, num_users: int, num_items: int
    ) -> None:
        self.num_users = num_users
        self.num_items = num_items
        self.num_nodes = num_users + num_items
        rows = torch.cat([user, item + num_users])
        columns = torch.cat([item + num_users, user])
        order = torch.argsort(rows * self.num_nodes + columns)
        self.edge = order % max(len(user), 1)  # which interaction a directed edge belongs to
        self.row, self.column = rows[order], columns[order]
        self.target = target
        self.kept = torch.ones(len(user), dtype=torch.bool, device=user.device)
        self.num_levels = int(target.max()) if len(target) else 1
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
            directed = self.kept[self.edge]
            row, column = self.row[directed], self.column[directed]
            self._adjacency = csr_matrix(
                _offsets(row, self.num_nodes),
                column.int(),
                self._values(row, column),
                (self.num_nodes, self.num_nodes),
            )
        return self._adjacency

    def channels(self) -> tuple[Tensor, Tensor]:
        """L with a column for each sender and rating: (nodes, levels * nodes), and its transpose.

        Column `(rating - 1) * nodes + sender` holds the sender's edges of that rating.
        """
        if self._channels is None:
            directed = self.kept[self.edge]
            row, sender = self.row[directed], self.column[directed]
            level = self.target[self.edge[directed]].long() - 1
            values = self._values(row, sender)
            column = level * self.num_nodes + sender
            # Rows are in order; columns within a row need none. The transpose has to be sorted.
            order = torch.argsort(column, stable=True)
            width = self.num_levels * self.num_nodes
            self._channels = (
                csr_matrix(
                    _offsets(row, self.num_nodes), column.int(), values, (self.num_nodes, width)
                ),
                csr_matrix(
                    _offsets(column, width),
                    row[order].int(),
                    values[order],
                    (width, self.num_nodes),
                ),
            )
        return self._channels

    def _values(self, row: Tensor, column: Tensor) -> Tensor:
        """Entries of L at the given places, all edges that are kept being given."""
        degree = torch.bincount(row, minlength=self.num_nodes).clamp_(min=1)
        scale = degree.float().rsqrt()
        return scale[row] * scale[column]


def _offsets(row: Tensor, num_rows: int) -> Tensor:
    """(rows + 1,) where each row starts in the sorted `row`."""
    offsets = torch.zeros(num_rows + 1, dtype=torch.int32, device=row.device)
    offsets[1:] = torch.bincount(row, minlength=num_rows).cumsum(0)
    return offsets


def build_graph(data: TrainingData) -> BipartiteGraph:
    """The graph of the training interactions, and of nothing else."""
    train = data.train
    user, item = torch.as_tensor(train.user), torch.as_tensor(train.item)
    target = torch.as_tensor(train.target)
    return BipartiteGraph(user, item, target, data.num_users, data.num_items)
