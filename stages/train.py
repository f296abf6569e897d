"""Train one run; leave its weights, curves, settings and figure, and show them in MLflow.

Run as `python -m stages.train movielens-base`.
"""

import json
import signal
import sys

import pandas as pd
import torch
from safetensors.torch import save_file

from graphrec.datasets import DATASETS
from graphrec.factory import build_model
from graphrec.figures import draw_errors, save
from graphrec.graph import build_graph
from graphrec.interactions import load_filters, load_training_data
from graphrec.params import Params, ParamsError, load_params, run_settings, select_run
from graphrec.paths import Paths
from graphrec.tracking import recorded
from graphrec.training import Row, train_model
from graphrec.validation import MONITORS, Validator


def main(name: str) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    paths = Paths()
    try:
        params = load_params()
        select_run(params, name)
    except ParamsError as error:
        sys.exit(f"train: {error}")
    with recorded(name, paths):
        train(name, params, paths)


def train(name: str, params: Params, paths: Paths) -> None:
    run, options = select_run(params, name), params.train
    section = params.of(run.dataset)
    torch.manual_seed(params.seed)
    torch.set_num_threads(params.threads)
    torch.use_deterministic_algorithms(True)
    # Nothing here reads memory that it has not written; filling it costs more than the training.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    data = load_training_data(paths.training(run.dataset))
    graph = build_graph(data)
    filters = load_filters(paths.filters(run.dataset))
    model = build_model(run, params, data, filters)
    dataset = DATASETS[run.dataset](
        data, torch.Generator().manual_seed(params.seed), section.rivals
    )
    loader = dataset.loader(section.batch_size, options.soft_ratio if run.soft_sampling else None)
    monitor, higher_is_better = MONITORS[run.risk]
    history = train_model(
        model,
        graph,
        loader,
        Validator(data, graph, run.dataset == "movielens", params.relevant_target(run.dataset)),
        risk=run.risk,
        monitor=monitor,
        higher_is_better=higher_is_better,
        on_epoch=print_row,
        epochs=options.epochs,
        patience=options.patience,
        learning_rate=options.learning_rate,
        final_learning_rate=options.final_learning_rate,
        log_error_weight=options.log_error_weight,
        averaging=options.averaging,
        leave_out_targets=options.leave_out_targets,
    )
    paths.model(name).mkdir(parents=True, exist_ok=True)
    save_file(model.state_dict(), paths.weights(name))
    pd.DataFrame(history.rows).astype({"epoch": int}).to_csv(paths.curves(name), index=False)
    settings = {"best_epoch": history.best_epoch, "params": run_settings(params, name)}
    paths.settings(name).write_text(json.dumps(settings, indent=2) + "\n")
    save(draw_errors(history.rows, history.best_epoch, name), paths.errors_figure(name))


def print_row(row: Row) -> None:
    print("  ".join(f"{key} {value:.4g}" for key, value in row.items()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
