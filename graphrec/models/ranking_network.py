"""The ranking half of NGCF_Final."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.new_edges import NewEdges
from graphrec.models.operators import dot_block, dot_pairs, drop, propagate, propagate_with
from graphrec.models.propagation import SMALLEST_NORM

INITIAL_DEVIATION = 0.1
INITIAL_STRENGTH = 0.5
"""Of an item's users, and of what is like a node; a user's items have 1."""


class RankingNetwork(nn.Module):
    """LightGCN's propagation (He et al. 2020, arXiv 2002.02126) over relations of learned strength.

    The initial embedding is x_0 = features W, the sum of the vectors of a node's features, plus one
    of the node's own where it has one. A layer sends it along every relation,

        users: x ← L x + g A x,    items: x ← b L x + g A x,

    L the normalised user-item adjacency, A the mean over the others of the same small category, b
    and g learned for each layer. A node is the sum of its layers at length 1, z, and a pair's score
    tau z_u · z_i + b_i, with a learned scale tau. The item bias starts at the logarithm of the
    popularity, or is left out without one. Shapes: `features` (nodes, columns) and `alike` (nodes,
    nodes), CSR with their transposes; z (nodes, embedding_dim).
    """

    def __init__(
        self,
        features: tuple[Tensor, Tensor],
        alike: tuple[Tensor, Tensor] | None,
        num_users: int,
        embedding_dim: int,
        layers: int,
        feature_dropout: float,
        edge_dropout: float,
        weight_decay: float,
        id_embedding: Tensor | None,
        popularity: Tensor | None,
        logit_scale: float,
    ) -> None:
        super().__init__()
        self.num_users, self.num_layers = num_users, layers
        self.edge_dropout, self.feature_dropout = edge_dropout, feature_dropout
        self.weight_decay = weight_decay
        self.features = _Sparse(*features)
        self.alike = None if alike is None else _Sparse(*alike)
        columns = features[0].shape[1]
        self.projection = nn.Parameter(torch.randn(columns, embedding_dim) * INITIAL_DEVIATION)
        self.id_embedding = None if id_embedding is None else nn.Parameter(id_embedding)
        self.strength = nn.Parameter(torch.full((layers, 2), INITIAL_STRENGTH))
        bias = None if popularity is None else torch.log1p(popularity)
        self.item_bias = None if bias is None else nn.Parameter(bias)
        self.logit_scale = nn.Parameter(torch.tensor(logit_scale))

    def forward(self, graph: BipartiteGraph, edge_mask: Tensor | None = None) -> Tensor:
        """z (nodes, embedding_dim).

        `edge_mask` (edges,) marks what carries messages.
        """
        return self.vectors(self.outputs(graph, edge_mask))

    def outputs(self, graph: BipartiteGraph, edge_mask: Tensor | None = None) -> list[Tensor]:
        """The initial embedding and that of each layer, (nodes, embedding_dim) each."""
        projection: Tensor = self.projection
        if self.training:
            if self.edge_dropout > 0:
                edge_mask = graph.dropout_edge(self.edge_dropout, edge_mask)
            # A dropped column is dropped for all nodes: the others have to make up for it.
            column_scale = drop(projection.new_ones(len(projection), 1), self.feature_dropout)
            projection = projection * column_scale
        x = self.features.product(projection)
        if self.id_embedding is not None:
            x = x + self.id_embedding
        outputs = [x]
        adjacency = graph.adjacency(edge_mask) if self.num_layers else None
        for back, share in self.strength:
            assert adjacency is not None
            heard = graph.complete(propagate(adjacency, x))
            of_items, of_users = heard.tensor_split([self.num_users])
            message = torch.cat([of_items, back * of_users])
            x = message if self.alike is None else message + share * self.alike.product(x)
            outputs.append(x)
        return outputs

    def vectors(self, outputs: list[Tensor]) -> Tensor:
        """What nodes with these outputs are scored by: (nodes, embedding_dim)."""
        total = torch.stack(outputs).sum(dim=0)
        return F.normalize(total, dim=1, eps=SMALLEST_NORM)

    def length(self, outputs: list[Tensor]) -> Tensor:
        """What their sum is divided by in `vectors`: (nodes, 1)."""
        total = torch.stack(outputs).sum(dim=0)
        norm: Tensor = torch.linalg.vector_norm(total, dim=1, keepdim=True)
        return norm.clamp(min=SMALLEST_NORM)

    def shares(self, outputs: list[Tensor]) -> list[Tensor]:
        """What each output adds to `vectors`."""
        return [x / self.length(outputs) for x in outputs]

    def fold_in(self, items: list[Tensor], edges: NewEdges, x: Tensor) -> list[Tensor]:
        """Outputs of new users, who are like nobody, with initial embeddings x (num_users, …).

        `items` are the items' part of `outputs`, which stay as they are.
        """
        return [x, *(edges.propagate(layer) for layer in items[:-1])]

    def score_vectors(self, users: Tensor, items: Tensor) -> Tensor:
        """Scores of items for users with these vectors, of all items: (n, items)."""
        score = self.logit_scale * users @ items.T
        return score if self.item_bias is None else score + self.item_bias

    def score(self, nodes: Tensor, user: Tensor, item: Tensor) -> Tensor:
        """Scores of pairs (n,)."""
        score = self.logit_scale * dot_pairs(nodes, user, item + self.num_users)
        return score if self.item_bias is None else score + self.item_bias[item]

    def score_block(self, nodes: Tensor, user: Tensor, item: Tensor) -> Tensor:
        """Scores of each of `item` (m,) for each of `user` (n,): (n, m)."""
        if self.item_bias is None:
            return self.logit_scale * dot_block(nodes, user, item + self.num_users)
        users = self.logit_scale * F.embedding(user, nodes)
        items = F.embedding(item + self.num_users, nodes)
        return torch.addmm(self.item_bias[item], users, items.T)

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Weight decay on the embeddings alone."""
        decayed = [p for p in (self.projection, self.id_embedding) if p is not None]
        others = [p for p in self.parameters() if not any(p is other for other in decayed)]
        return [{"params": decayed, "weight_decay": self.weight_decay}, {"params": others}]


class _Sparse(nn.Module):
    """A sparse matrix (n, m) that stays the same, and its transpose."""

    def __init__(self, matrix: Tensor, transpose: Tensor) -> None:
        super().__init__()
        self.register_buffer("matrix", matrix, persistent=False)
        self.register_buffer("transpose", transpose, persistent=False)
        self.matrix: Tensor
        self.transpose: Tensor

    def product(self, x: Tensor) -> Tensor:
        """With x (m, columns): (n, columns)."""
        return propagate_with(self.matrix, self.transpose, x)
