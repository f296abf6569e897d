"""Training one run from its data: what the train stage and the study share."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from graphrec.config.errors import ParamsError
from graphrec.config.machine import keep_freed_memory, set_threads
from graphrec.config.params import Params, check_num_neighbors
from graphrec.config.training import RunParams
from graphrec.data.batches import Batch
from graphrec.data.dataset import Dataset, with_validation
from graphrec.data.readers.torch_datasets import torch_dataset
from graphrec.filters.fit import fit_filters
from graphrec.graph.bipartite import BipartiteGraph, build_graph
from graphrec.graph.neighbors import SubgraphBatch, neighbor_loader
from graphrec.models import NGCF_Final, Recommender
from graphrec.models.factory import build_model
from graphrec.training.checkpoint import Checkpoint
from graphrec.training.combining import combine
from graphrec.training.loop import train_model
from graphrec.training.progress import History, Row
from graphrec.training.validation import Validator

if TYPE_CHECKING:
    from graphrec.training.together import Launch

LEAST_BATCHES = 4
"""An epoch has, where the interactions of a batch are masked."""


def make_repeatable(seed: int, threads: int) -> None:
    """Set torch's seed, its number of threads, and ask for algorithms that repeat to the bit."""
    torch.manual_seed(seed)
    set_threads(threads)
    # As torch.use_deterministic_algorithms(True), which also imports torch's compiler: two seconds.
    torch.set_deterministic_debug_mode("error")
    # Nothing here reads memory that it has not written; filling it costs more than the training.
    # (torch's own types do not list the switch.)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    keep_freed_memory()


def find_device(name: str) -> torch.device:
    """Raises ParamsError for `cuda` where there is none."""
    if name == "cuda":
        if not torch.cuda.is_available():
            raise ParamsError("expected a CUDA device, got none here: set `device: cpu`")
        # What cuBLAS needs to repeat to the bit; it reads this when it is first used.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    return torch.device(name)


@dataclass(frozen=True)
class Fitted:
    """A trained model, and how it got there."""

    model: Recommender
    graph: BipartiteGraph
    """What it has learned from."""
    history: History
    validated: dict[str, Tensor] | None = None
    """Of a refitted model the weights before, trained without the validation part."""


def fit_run(
    run: RunParams,
    params: Params,
    data: Dataset,
    on_epoch: Callable[[Row], None],
    checkpoint: Checkpoint | None = None,
    launch: "Launch | None" = None,
) -> Fitted:
    """The trained model of a run.

    `params.train.workers` processes share the work, which `launch` starts, or else Ray. Filters and
    initial weights are made here, on the whole data, and parts weighed against each other here.

    With `run.refit` it is trained anew, filters and all, on training and validation part together,
    for as many epochs as were best before, and keeps the weights that its parts had then. With a
    `checkpoint` either training goes on from its own last one; whoever keeps the model removes it.
    """
    check_num_neighbors(run, params.train.num_neighbors)
    fitted = _fit(run, params, data, on_epoch, checkpoint, launch)
    if isinstance(fitted.model, NGCF_Final):
        combine(fitted.model, fitted.graph, data, params.seed)
    if not run.refit:
        return fitted
    refit, epochs = checkpoint and checkpoint.of("refit"), fitted.history.best_epoch
    again = _fit(run, params, with_validation(data), on_epoch, refit, launch, epochs)
    if isinstance(again.model, NGCF_Final) and isinstance(fitted.model, NGCF_Final):
        again.model.take_mixture(fitted.model)
    return Fitted(again.model, again.graph, fitted.history, fitted.model.state_dict())


def _fit(
    run: RunParams,
    params: Params,
    data: Dataset,
    on_epoch: Callable[[Row], None],
    checkpoint: Checkpoint | None,
    launch: "Launch | None",
    epochs: int | None = None,
) -> Fitted:
    """Trained until validation says stop, or for so many epochs without it."""
    settings, device = params.of(run), find_device(params.device)
    make_repeatable(params.seed, params.threads)
    filters = None
    if run.model == "ngcf_final":
        filters = fit_filters(data, params.filters, run.layers, params.seed)
    graph = build_graph(data)
    model = build_model(run, settings, data, graph, filters)
    if params.train.workers > 1:
        from graphrec.training.together import train_together  # which imports this module

        history = train_together(
            run, params, data, graph, model, on_epoch, epochs, checkpoint, launch
        )
        return Fitted(model, graph, history)
    model = model.to(device)
    on_device = graph.to(device)
    history = train_model(
        model,
        on_device,
        make_loader(run, params, data, graph),
        Validator(data, on_device) if epochs is None else None,
        params.train,
        settings.learning_rate,
        monitor_of(run, params),
        run.risk,
        on_epoch,
        epochs,
        checkpoint,
    )
    return Fitted(model.cpu(), graph, history)


def monitor_of(run: RunParams, params: Params) -> str:
    """The validation measure that chooses a run's epoch."""
    return "mse" if run.risk == "mse" else params.of(run).monitor


def loading(run: RunParams, params: Params, num_rows: int) -> tuple[int, int, float | None]:
    """Shared negatives of a batch, its size, and the ratio of soft sampling, for `num_rows`."""
    options, settings = params.train, params.of(run)
    num_negatives = 0 if options.num_neighbors else settings.num_negatives
    batch_size = settings.batch_size
    if options.mask_supervision:
        # While they are predicted they carry no messages; most of the graph has to.
        batch_size = min(batch_size, max(1, num_rows // LEAST_BATCHES))
    return num_negatives, batch_size, options.soft_ratio if run.soft_sampling else None


def make_loader(
    run: RunParams, params: Params, data: Dataset, graph: BipartiteGraph
) -> DataLoader[Batch] | DataLoader[SubgraphBatch]:
    """The batches that a run trains on."""
    num_neighbors = params.train.num_neighbors
    num_negatives, batch_size, soft_ratio = loading(run, params, len(data.train))
    generator = torch.Generator().manual_seed(params.seed)
    dataset = torch_dataset(data, generator, num_negatives)
    if num_neighbors:
        return neighbor_loader(dataset, graph, num_neighbors, batch_size, soft_ratio)
    return dataset.loader(batch_size, soft_ratio)
