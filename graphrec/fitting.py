"""Training one run from its data: what the train stage and the study share."""

import ctypes
from collections.abc import Callable
from dataclasses import replace

import torch

from graphrec.datasets import DATASETS
from graphrec.factory import Filters, build_model
from graphrec.graph import BipartiteGraph, build_graph
from graphrec.interactions import Interactions, TrainingData
from graphrec.models import Recommender
from graphrec.sections import Params, RunParams
from graphrec.training import History, Row, train_model
from graphrec.validation import MONITORS, Validator

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
    make_repeatable(params.seed, params.threads)
    options, section = params.train, params.of(run.dataset)
    graph = graph or build_graph(data)
    model = build_model(run, params, data, filters)
    dataset = DATASETS[run.dataset](
        data, torch.Generator().manual_seed(params.seed), section.rivals
    )
    loader = dataset.loader(section.batch_size, options.soft_ratio if run.soft_sampling else None)
    monitor, higher_is_better = MONITORS[run.risk]
    is_rating, relevant = run.dataset == "movielens", params.relevant_target(run.dataset)
    history = train_model(
        model,
        graph,
        loader,
        None if refitted else Validator(data, graph, is_rating, relevant),
        risk=run.risk,
        monitor=monitor,
        higher_is_better=higher_is_better,
        epochs=options.epochs,
        patience=options.patience,
        learning_rate=options.learning_rate,
        final_learning_rate=options.final_learning_rate,
        log_error_weight=options.log_error_weight,
        averaging=options.averaging,
        leave_out_targets=options.leave_out_targets,
        on_epoch=on_epoch,
    )
    return model, graph, history


def with_validation(data: TrainingData) -> TrainingData:
    """The same data with the validation interactions among the training ones (movielens)."""
    train = Interactions.concatenate([data.train, data.valid.interactions])
    return replace(data, train=train)
