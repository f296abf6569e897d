"""Batches that bring along the part of the graph around their pairs, instead of the whole graph."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from graphrec.data.batches import Batch
from graphrec.data.loaders import Batches, InteractionDataset
from graphrec.graph.bipartite import BipartiteGraph


class SubgraphBatch(NamedTuple):
    """A batch in the numbers of that part of the graph which it brings along to propagate."""

    batch: Batch
    graph: BipartiteGraph

    def to(self, device: torch.device) -> "SubgraphBatch":
        return SubgraphBatch(self.batch.to(device), self.graph.to(device))


def neighbor_loader(
    dataset: InteractionDataset,
    graph: BipartiteGraph,
    num_neighbors: Sequence[int],
    batch_size: int,
    soft_ratio: float | None = None,
) -> DataLoader[SubgraphBatch]:
    """Batches as `dataset.loader` gives them, each with a part of `graph` around its pairs.

    `graph` is that of the data set's interactions. Raises ValueError for a data set with shared
    negatives.
    """
    if dataset.num_negatives:
        raise ValueError(
            "expected a data set without shared negatives, which most parts of the graph would "
            f"lack, got one with {dataset.num_negatives}: make it with num_negatives=0"
        )
    batches = NeighborBatches(Batches(dataset, batch_size, soft_ratio), graph, num_neighbors)
    return DataLoader(
        batches, batch_size=None, collate_fn=lambda batch: batch, generator=dataset.generator
    )


class NeighborBatches(IterableDataset[SubgraphBatch]):
    """The batches of the next epoch, each with its part of the graph.

    Of the users and items of a batch's pairs, the negatives among them, `num_neighbors[0]`
    neighbours each are sampled, of those `num_neighbors[1]` each, and so on. The part has the
    interactions over which the sampling went, in both directions: messages need a symmetric matrix.
    With all interactions among the sampled nodes it would be symmetric too, but about as large as
    the whole: among the neighbours are the most popular items and the most active users.
    """

    def __init__(
        self, batches: Batches, graph: BipartiteGraph, num_neighbors: Sequence[int]
    ) -> None:
        # Takes seconds to import, which all that propagates whole graphs need not wait for.
        from torch_geometric.data import Data
        from torch_geometric.loader import LinkNeighborLoader
        from torch_geometric.sampler import NeighborSampler

        self.batches, self.graph = batches, graph
        self.generator = batches.dataset.generator
        user, item = graph.user, graph.item + graph.num_users
        edges = torch.stack([torch.cat([user, item]), torch.cat([item, user])])
        data = Data(edge_index=edges, num_nodes=graph.num_nodes)
        with warnings.catch_warnings():
            # It would rather have pyg-lib, which the package index does not have.
            warnings.filterwarnings("ignore", message="Using 'NeighborSampler' without a 'pyg-lib'")
            sampler = NeighborSampler(data, list(num_neighbors))

        self.loader_of = partial(
            LinkNeighborLoader,
            Data(num_nodes=graph.num_nodes),  # nothing else of it is wanted of a sample
            list(num_neighbors),
            neighbor_sampler=sampler,
            batch_size=2 * batches.batch_size,
            generator=self.generator,
        )

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[SubgraphBatch]:
        for looked_up in self.batches.look_ups():
            _, user, item, negative, _ = looked_up
            # A pair, then its negative, and so on: the pairs of a batch lie together.
            others = torch.stack([item, negative], dim=1).flatten() + self.graph.num_users
            pairs = torch.stack([user.repeat_interleave(2), others])  # (2, 2 n)
            samples = iter(self.loader_of(edge_label_index=pairs))
            for batch in self.batches.cut(looked_up):
                with global_draws_from(self.generator):
                    sample = next(samples)
                # The sampler has each interaction as two edges, one for each direction.
                e_id = torch.unique(sample.e_id % self.graph.num_edges)
                yield relabel(batch, self.graph, sample.n_id.sort().values, e_id)


def relabel(batch: Batch, graph: BipartiteGraph, n_id: Tensor, e_id: Tensor) -> SubgraphBatch:
    """The batch in the numbers of that part of `graph` which has the nodes `n_id`, edges `e_id`.

    `n_id`, rising and so users first, holds all ends of the edges and of the batch's pairs.
    """
    num_users = int((n_id < graph.num_users).sum())
    users, items = n_id[:num_users], n_id[num_users:] - graph.num_users
    part = BipartiteGraph(
        torch.searchsorted(users, graph.user[e_id]),
        torch.searchsorted(items, graph.item[e_id]),
        len(users),
        len(items),
        None if graph.edge_type is None else graph.edge_type[e_id],
        graph.num_relations,
        n_id,
        e_id,
    )
    numbered = batch._replace(
        user=torch.searchsorted(users, batch.user),
        item=torch.searchsorted(items, batch.item),
        negative=torch.searchsorted(items, batch.negative),
    )
    return SubgraphBatch(numbered, part)


@contextmanager
def global_draws_from(generator: torch.Generator) -> Iterator[None]:
    """While the block runs, what torch's global generator gives is drawn from `generator`.

    torch-sparse takes no generator.
    """
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(generator.get_state())
        yield
        generator.set_state(torch.get_rng_state())
