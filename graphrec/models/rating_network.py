"""The rating half of NGCF_Final."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.new_edges import NewEdges
from graphrec.models.operators import dot_block, dot_pairs, drop, propagate, propagate_with
from graphrec.models.propagation import NEGATIVE_SLOPE
from graphrec.models.sparse_linear import SparseLinear

INITIAL_DEVIATION = 0.1
"""Of the embeddings: they meet a dense layer, so they need no Xavier scale."""


class RatingNetwork(nn.Module):
    """Ratings from a graph with one relation per rating value.

    Layer 1 follows GC-MC (van den Berg et al. 2017, arXiv 1706.02263): the message of a rating r is
    the sum of the sender's embeddings for the ratings up to r (ordinal weight sharing), normalised
    symmetrically, summed over ratings, through a dense layer and ReLU. Side features pass a dense
    layer of their own and join afterwards. Layers 2 … are NGCF propagations without biases, whose
    outputs are added with weights 1/l (IMC-GAE). A rating is

        mean + b_u + b_i + a·x_u + c·y_i + x_u·y_i / sqrt(embedding_dim).

    Shapes: embeddings (num_relations, nodes, embedding_dim); x and y (nodes, embedding_dim).
    """

    def __init__(
        self,
        user_features: tuple[Tensor, Tensor],
        item_features: tuple[Tensor, Tensor],
        num_relations: int,
        embedding_dim: int,
        layers: int,
        hidden_channels: int,
        dropout: float,
        edge_dropout: float,
        weight_decay: float,
        mean: float,
    ) -> None:
        super().__init__()
        self.num_users = user_features[0].shape[0]
        num_nodes = self.num_users + item_features[0].shape[0]
        self.user_side = SparseLinear(user_features, hidden_channels)
        self.item_side = SparseLinear(item_features, hidden_channels)
        self.dropout = dropout
        self.edge_dropout = edge_dropout
        self.weight_decay = weight_decay
        self.embedding = nn.Parameter(
            torch.randn(num_relations, num_nodes, embedding_dim) * INITIAL_DEVIATION
        )
        self.from_items, self.from_users = (
            nn.Linear(embedding_dim, embedding_dim),
            nn.Linear(embedding_dim, embedding_dim),
        )
        self.join_user, self.join_item = (
            nn.Linear(embedding_dim + hidden_channels, embedding_dim) for _ in range(2)
        )
        self.user_slope, self.item_slope = nn.Linear(embedding_dim, 1), nn.Linear(embedding_dim, 1)
        self.bias = nn.Parameter(torch.zeros(num_nodes))
        self.mean = nn.Parameter(torch.tensor(mean))
        further = max(layers - 1, 0)
        self.sum = nn.ModuleList(
            nn.Linear(embedding_dim, embedding_dim, bias=False) for _ in range(further)
        )
        self.interaction = nn.ModuleList(
            nn.Linear(embedding_dim, embedding_dim, bias=False) for _ in range(further)
        )
        for linear in (*self.sum, *self.interaction):
            nn.init.normal_(linear.weight, std=0.01)  # further layers start as small corrections
        self.layers = layers
        self.embedding_dim = embedding_dim

    def forward(self, graph: BipartiteGraph, edge_mask: Tensor | None = None) -> Tensor:
        """(nodes, embedding_dim + 2): vectors whose dot product is a rating less the mean.

        A user's is [x / sqrt(embedding_dim), b_u + a·x, 1], an item's [y, 1, b_i + c·y].
        `edge_mask` (edges,) marks what carries messages. Raises ValueError for a graph with other
        relations.
        """
        return self.vectors(self.outputs(graph, edge_mask))

    def outputs(self, graph: BipartiteGraph, edge_mask: Tensor | None = None) -> list[Tensor]:
        """What each layer puts out, (nodes, embedding_dim) each, layer 1 at least."""
        users = self.num_users
        if graph.num_relations != len(self.embedding):
            raise ValueError(
                f"expected a graph of {len(self.embedding)} relations, got {graph.num_relations}: "
                "make the network with the graph's num_relations"
            )
        if self.training:
            edge_mask = graph.dropout_edge(self.edge_dropout, edge_mask)
        if self.layers > 0:
            cumulated = self.cumulated.view(-1, self.embedding_dim)  # (num_relations * nodes, …)
            message = graph.complete(propagate_with(*graph.relations(edge_mask), cumulated))
        else:
            message = self.embedding.sum(0)
        first_user = graph.first_rows[0]
        hidden_user = self._drop(F.relu(self.from_items(message[:users])), first_user)
        hidden_item = self._drop(F.relu(self.from_users(message[users:])))
        side_user = self._drop(F.relu(self.user_side()), first_user)
        side_item = self._drop(F.relu(self.item_side()))
        x = torch.cat(
            [
                self.join_user(torch.cat([hidden_user, side_user], dim=1)),
                self.join_item(torch.cat([hidden_item, side_item], dim=1)),
            ]
        )  # (nodes, embedding_dim)
        outputs = [x]
        if self.layers > 1:
            adjacency = graph.adjacency(edge_mask)
        for layer in range(len(self.sum)):
            x = self._further(layer, graph.complete(propagate(adjacency, x)), x)
            outputs.append(x)
        return outputs

    @property
    def cumulated(self) -> Tensor:
        """(num_relations, nodes, embedding_dim): each relation's embeddings, and those below."""
        # As a product: cumsum's derivative takes five times as long.
        count = len(self.embedding)
        up_to = self.embedding.new_ones(count, count).tril()
        return (up_to @ self.embedding.flatten(1)).view_as(self.embedding)

    def vectors(self, outputs: list[Tensor]) -> Tensor:
        """Those of `forward`, of all nodes."""
        x, y = self.total(outputs).tensor_split([self.num_users])
        of_item = self.item_slope(y) + self.bias[self.num_users :, None]
        right = torch.cat([y, torch.ones_like(of_item), of_item], dim=1)
        return torch.cat([self.user_vectors(x, self.bias[: self.num_users, None]), right])

    def user_vectors(self, x: Tensor, bias: Tensor) -> Tensor:
        """Of users with the totals x (n, embedding_dim) and biases (n, 1)."""
        of_user = self.user_slope(x) + bias
        return torch.cat([x / self.embedding_dim**0.5, of_user, torch.ones_like(of_user)], dim=1)

    @staticmethod
    def total(outputs: list[Tensor]) -> Tensor:
        """Σ 1/l times the output of layer l."""
        total = outputs[0]
        for number, x in enumerate(outputs[1:], 2):
            total = total + x / number
        return total

    def fold_in(self, items: list[Tensor], edges: NewEdges) -> Tensor:
        """Vectors of new users, without a bias or side information: (num_users, columns).

        `items` are the items' part of `outputs`, which stay as they are.
        """
        x = torch.zeros(edges.num_users, self.embedding_dim)
        if self.layers > 0:
            x = edges.propagate_relations(self.cumulated[:, self.num_users :])
        side = F.relu(self.user_side.bias).expand(edges.num_users, -1)
        x = self.join_user(torch.cat([F.relu(self.from_items(x)), side], dim=1))
        outputs = [x]
        for layer in range(len(self.sum)):
            x = self._further(layer, edges.propagate(items[layer]), x)
            outputs.append(x)
        total = self.total(outputs)
        return self.user_vectors(total, total.new_zeros(len(total), 1))

    def _further(self, layer: int, neighbours: Tensor, x: Tensor) -> Tensor:
        return F.leaky_relu(
            self.sum[layer](neighbours + x) + self.interaction[layer](neighbours * x),
            NEGATIVE_SLOPE,
        )

    def predict(self, nodes: Tensor, user: Tensor, item: Tensor) -> Tensor:
        """Ratings of pairs (n,)."""
        return self.mean + dot_pairs(nodes, user, item + self.num_users)

    def predict_block(self, nodes: Tensor, user: Tensor, item: Tensor) -> Tensor:
        """Ratings of each of `item` (m,) by each of `user` (n,): (n, m)."""
        return self.mean + dot_block(nodes, user, item + self.num_users)

    def parameter_groups(self) -> list[dict[str, Any]]:
        """Weight decay on everything but the biases and the mean."""
        free = [self.bias, self.mean]
        decayed = [p for p in self.parameters() if not any(p is other for other in free)]
        return [{"params": decayed, "weight_decay": self.weight_decay}, {"params": free}]

    def _drop(self, x: Tensor, first_row: int = 0) -> Tensor:
        return drop(x, self.dropout, first_row) if self.training else x
