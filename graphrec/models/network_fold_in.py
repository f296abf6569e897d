"""New users through the frozen layers of a network."""

from typing import NamedTuple

import torch
from torch import Tensor

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.new_edges import NewEdges
from graphrec.models import NGCF, LightGCN, RankingNetwork, RatingNetwork
from graphrec.models.operators import propagate

REGULARIZATION = 0.01
"""Of the ridge regression, in mean variances of a column."""


class Start(NamedTuple):
    """The initial embedding that goes with the message of layer 1, by ridge regression.

    Someone new has none of their own; on validation this ranks better than zeros do
    (`python -m benchmarks.fold_in`).
    """

    weight: Tensor
    """(columns, columns)"""
    level: Tensor
    """(columns,)"""

    @classmethod
    def fit(cls, message: Tensor, initial: Tensor) -> "Start":
        """On those of the training users, (users, columns) each."""
        x, y = message.double(), initial.double()
        centre, level = x.mean(dim=0), y.mean(dim=0)
        gram = (x - centre).T @ (x - centre)
        penalty = REGULARIZATION * gram.diagonal().mean().clamp(min=1e-12)
        gram.diagonal().add_(penalty)
        weight = torch.linalg.solve(gram, (x - centre).T @ (y - level))
        return cls(weight.float(), (level - centre @ weight).float())

    def __call__(self, message: Tensor) -> Tensor:
        return message @ self.weight + self.level


class NetworkFoldIn:
    """New users of a network that ranks by the dot product of two nodes' vectors."""

    def __init__(self, network: NGCF | LightGCN | RankingNetwork, graph: BipartiteGraph) -> None:
        self.network = network
        outputs = network.outputs(graph)
        split = [x.tensor_split([graph.num_users]) for x in outputs]
        self.users = [of_users for of_users, _ in split]
        """Outputs of the training users, (users, columns) each."""
        self.items = [of_items for _, of_items in split]
        """Outputs of the items, (items, columns) each."""
        self.item_vectors = network.vectors(outputs)[graph.num_users :]
        message = propagate(graph.adjacency(), outputs[0])[: graph.num_users]
        active = torch.bincount(graph.user, minlength=graph.num_users) > 0
        self.start = Start.fit(message[active], self.users[0][active])

    def outputs(self, edges: NewEdges) -> list[Tensor]:
        """The initial embedding and the output of each layer, (num_users, columns) each."""
        initial = self.start(edges.propagate(self.items[0]))
        return self.network.fold_in(self.items, edges, initial)

    def scores(self, edges: NewEdges) -> Tensor:
        """(num_users, items)"""
        vectors = self.network.vectors(self.outputs(edges))
        return self.network.score_vectors(vectors, self.item_vectors)

    def layer_scores(self, outputs: list[Tensor], item: int) -> dict[str, float]:
        """What adds up to the score of `item` by one user with these outputs, (1, columns) each."""
        vector = self.scale * self.item_vectors[item]
        names = ["initial embedding", *(f"layer {number}" for number in range(1, len(outputs)))]
        shares = (float((share @ vector).item()) for share in self.network.shares(outputs))
        scores = dict(zip(names, shares, strict=True))
        if isinstance(self.network, RankingNetwork) and self.network.item_bias is not None:
            scores["item bias"] = float(self.network.item_bias[item])
        return scores

    def item_scores(
        self, edges: NewEdges, outputs: list[Tensor], item: int, folded_in: bool
    ) -> Tensor:
        """What each edge (edges,) of one user with these outputs adds to the score of `item`.

        That is what its message adds in every layer and, of who is `folded_in`, in the start. Of a
        NGCF, whose layers are not linear, the score less what it is without the edge.
        """
        vector = self.scale * self.item_vectors[item]
        if isinstance(self.network, NGCF):
            return self._occluded(edges, vector)
        sent = torch.zeros(len(edges.item), len(vector))
        for of_items in self.items[:-1]:
            sent += of_items[edges.item]
        if folded_in:
            sent += self.items[0][edges.item] @ self.start.weight
        length = self.network.length(outputs)
        return edges.weight * (sent @ vector) / length[0]

    def _occluded(self, edges: NewEdges, vector: Tensor) -> Tensor:
        whole = self.network.vectors(self.outputs(edges)) @ vector
        rest = [edges.without(edge) for edge in range(len(edges.item))]
        without = [self.network.vectors(self.outputs(each)) @ vector for each in rest]
        return whole - torch.cat([whole[:0], *without])

    @property
    def scale(self) -> Tensor:
        """Of the dot product in a score."""
        scale = getattr(self.network, "logit_scale", None)
        return torch.ones(()) if scale is None else scale


class RatingFoldIn:
    """New users of the rating network."""

    def __init__(self, network: RatingNetwork, graph: BipartiteGraph) -> None:
        self.network = network
        outputs = network.outputs(graph)
        self.items = [x[graph.num_users :] for x in outputs]
        self.item_vectors = network.vectors(outputs)[graph.num_users :]

    def ratings(self, edges: NewEdges) -> Tensor:
        """(num_users, items)"""
        vectors = self.network.fold_in(self.items, edges)
        return self.network.mean + vectors @ self.item_vectors.T

    def losses(self, edges: NewEdges, item: int) -> Tensor:
        """How far the rating of `item` by one user falls without each edge (edges,)."""
        vector = self.item_vectors[item]
        whole = self.network.fold_in(self.items, edges) @ vector
        rest = [edges.without(edge) for edge in range(len(edges.item))]
        without = [self.network.fold_in(self.items, each) @ vector for each in rest]
        return whole - torch.cat([whole[:0], *without])
