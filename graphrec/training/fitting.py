"""Training one run from its data: what the train stage and the study share."""

import ctypes
import os
from collections.abc import Callable
from dataclasses import replace

import torch

from graphrec.config.params import check_num_neighbors
from graphrec.config.sections import Params, RunParams
from graphrec.data.interactions import Interactions, TrainingData
from graphrec.data.loaders import DATASETS
from graphrec.graph.bipartite import BipartiteGraph, build_graph
from graphrec.graph.neighbors import neighbor_loader
from graphrec.models import Recommender
from graphrec.models.factory import Filters, build_model
from graphrec.training.loop import History, Row, train_model
from graphrec.training.validation import MONITORS, Validator

KEPT_MEMORY = 1 << 30
"""Bytes up to which freed memory stays with the process."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # glibc's malloc.h


def make_repeatable(seed: int, threads: int) -> None:
    """Set torch's seed, its number of threads, and ask for algorithms that repeat to the bit."""
    torch.manual_seed(seed)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    # Nothing here reads memory that it has not written; filling it costs more than the training.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    keep_freed_memory()


def find_device(name: str) -> torch.device:
    """Raises RuntimeError for `cuda` where there is none."""
    if name == "cuda":
        if not torch.cuda.is_available():
            raise RuntimeError("expected a CUDA device, got none here: set `device: cpu`")
        # What cuBLAS needs to repeat to the bit; it reads this when it is first used.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    return torch.device(name)


def keep_freed_memory() -> None:
    """Have glibc keep what a step frees for the next one; elsewhere do nothing.

    Otherwise each step's matrices are mapped and unmapped: over a thousand page faults a step.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        for option in (_MMAP_THRESHOLD, _TRIM_THRESHOLD):
            mallopt(option, KEPT_MEMORY)


def fit_run(
    run: RunParams,
    params: Params,
    data: TrainingData,
    filters: Filters,
    on_epoch: Callable[[Row], None],
    refitted: bool = False,
    graph: BipartiteGraph | None = None,
) -> tuple[Recommender, BipartiteGraph, History]:
    """The trained model of a run, the graph that it has learned from, and how it went.

    With `refitted` nothing validates: `data` is what `with_validation` gives, all epochs are
    trained and the last weights are kept. `graph` is that of the training interactions, unless
    another is given.
    """
    options, section = params.train, params.of(run.dataset)
    check_num_neighbors(run, options.num_neighbors)
    device = find_device(params.device)
    make_repeatable(params.seed, params.threads)
    graph = graph or build_graph(data)
    model = build_model(run, params, data, filters).to(device)
    there = graph.to(device)
    num_negatives = 0 if options.num_neighbors else section.num_negatives
    dataset = DATASETS[run.dataset](data, torch.Generator().manual_seed(params.seed), num_negatives)
    cut = (section.batch_size, options.soft_ratio if run.soft_sampling else None)
    if options.num_neighbors:
        loader = neighbor_loader(dataset, graph, options.num_neighbors, *cut)
    else:
        loader = dataset.loader(*cut)
    monitor, higher_is_better = MONITORS[run.risk]
    explicit, relevant = run.dataset == "movielens", params.relevant_target(run.dataset)
    history = train_model(
        model,
        there,
        loader,
        None if refitted else Validator(data, there, explicit, relevant),
        risk=run.risk,
        monitor=monitor,
        higher_is_better=higher_is_better,
        epochs=options.epochs,
        patience=options.patience,
        learning_rate=options.learning_rate,
        end_factor=options.end_factor,
        log_error_weight=options.log_error_weight,
        ema_decay=options.ema_decay,
        mask_supervision=options.mask_supervision,
        on_epoch=on_epoch,
    )
    return model.cpu(), graph, history


def with_validation(data: TrainingData) -> TrainingData:
    """The same data with the validation interactions among the training ones (movielens)."""
    train = Interactions.concatenate([data.train, data.valid.interactions])
    return replace(data, train=train)
