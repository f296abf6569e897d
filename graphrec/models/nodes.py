"""What the plain models embed a graph's nodes in."""

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional as F

from graphrec.graph.bipartite import BipartiteGraph


class Nodes(NamedTuple):
    """Vectors of all nodes of a graph, the whole one or a part."""

    vectors: Tensor
    """(nodes, columns), users first, then items."""
    num_users: int


def look_up(table: Tensor, graph: BipartiteGraph) -> Tensor:
    """The rows of `table` (all nodes, dim) for the nodes of `graph`: (nodes, dim)."""
    return table if graph.node is None else F.embedding(graph.node, table)
