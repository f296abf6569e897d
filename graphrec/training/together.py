"""One model trained by several processes, each with some of the users and all items."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from graphrec.config.params import Params
from graphrec.config.training import RunParams
from graphrec.data.dataset import Dataset
from graphrec.data.interactions import Interactions
from graphrec.data.readers.torch_datasets import torch_dataset
from graphrec.data.shares import SharedBatches, of_share, share_of_data
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.group import Group
from graphrec.graph.partition import PartitionedGraph, divide_users, in_group, share_of
from graphrec.models import Recommender
from graphrec.models.shares import gather, join, share_of_model
from graphrec.training.checkpoint import Checkpoint
from graphrec.training.fitting import loading, make_repeatable, monitor_of
from graphrec.training.loop import train_model
from graphrec.training.progress import History, Row
from graphrec.training.validation import MOST_USERS, Validator, relevant_part

OnEpoch = Callable[[Row], None]


@dataclass(frozen=True)
class Share:
    """What one process needs to train its part of a model."""

    run: RunParams
    params: Params
    users: range
    """Its own, out of all; in the fields below the first of them is user 0."""
    data: Dataset
    graph: PartitionedGraph
    model: Recommender
    relevant: Interactions
    """Its part of the validation interactions whose rankings are looked at."""
    random_state: Tensor
    """Of torch's global generator, with which all go on."""
    epochs: int | None
    """To train without validation; None for as many as validation says."""

    @property
    def steps(self) -> int:
        """Of an epoch, the same in every process."""
        return len(self.batches())

    def batches(self) -> SharedBatches:
        """What falls to it of those of one process."""
        assert self.graph.e_id is not None
        num_rows = self.graph.whole_edges
        num_negatives, batch_size, soft_ratio = loading(self.run, self.params, num_rows)
        generator = torch.Generator().manual_seed(self.params.seed)
        dataset = torch_dataset(self.data, generator, num_negatives)
        return SharedBatches(dataset, self.graph.e_id, num_rows, batch_size, soft_ratio)


@dataclass(frozen=True)
class Trained:
    """What a process comes back with."""

    users: range
    weights: dict[str, Tensor]
    """Its rows of all parameters, by name."""
    history: History
    """The same in every process."""


Launch = Callable[[int, Iterator[Share], OnEpoch, Checkpoint | None], list[Trained]]
"""Has so many processes `train_share` one share each, and calls back after each epoch."""


def train_together(
    run: RunParams,
    params: Params,
    data: Dataset,
    graph: BipartiteGraph,
    model: Recommender,
    on_epoch: OnEpoch,
    epochs: int | None,
    checkpoint: Checkpoint | None,
    launch: Launch | None,
) -> History:
    """As `train_model` up to rounding, by `params.train.workers` processes; trains `model`.

    Ray starts them, unless `launch` does.
    """
    if launch is None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray reads both when it is imported
        if "RAY_ADDRESS" not in os.environ:  # one of this machine's own, on 127.0.0.1 alone
            os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
        # Takes seconds to import, which processes that are started otherwise need not wait for.
        from graphrec.training.ray_workers import train_on_ray

        launch = train_on_ray
    shares = divide(run, params, data, graph, model, epochs)
    trained = launch(params.train.workers, shares, on_epoch, checkpoint)
    gather(model, [(each.users, each.weights) for each in trained])
    model.eval()
    return trained[0].history


def divide(
    run: RunParams,
    params: Params,
    data: Dataset,
    graph: BipartiteGraph,
    model: Recommender,
    epochs: int | None,
) -> Iterator[Share]:
    """The shares of all processes, one after another, with about as many interactions each."""
    relevant, state = relevant_part(data, MOST_USERS), torch.get_rng_state()
    for users in divide_users(graph, params.train.workers):
        yield Share(
            run,
            params,
            users,
            share_of_data(data, users),
            share_of(graph, users),
            share_of_model(model, users, data),
            of_share(relevant, users),
            state,
            epochs,
        )


def train_share(
    share: Share, group: Group, on_epoch: OnEpoch, checkpoint: Checkpoint | None = None
) -> Trained:
    """Train one share beside the other processes of `group`, each of which has to call this.

    A `checkpoint` is due in all of them at the same time.
    """
    params, data, model = share.params, share.data, share.model
    settings = params.of(share.run)
    make_repeatable(params.seed, params.threads)
    torch.set_rng_state(share.random_state)
    join(model, group)
    graph = in_group(share.graph, group)
    history = train_model(
        model,
        graph,
        share.batches().loader(),
        Validator(data, graph, group, share.relevant) if share.epochs is None else None,
        params.train,
        settings.learning_rate,
        monitor_of(share.run, params),
        share.run.risk,
        on_epoch if group.rank == 0 else lambda _: None,
        share.epochs,
        checkpoint,
        group,
    )
    weights = {name: weight.detach() for name, weight in model.named_parameters()}
    return Trained(share.users, weights, history)
