"""The runs side by side: the metrics tree, the tables, and what each factor is worth."""

import json
from typing import Any

import numpy as np

from graphrec.config.content import mlflow_name
from graphrec.config.paths import Paths
from graphrec.config.sections import Params
from graphrec.data.interactions import TrainingData
from graphrec.evaluation.significance import load_users, paired_difference
from graphrec.reporting.tables import (
    HIGHER_IS_BETTER,
    Comparison,
    comparison_table,
    markdown_table,
    mean_cosine_table,
)

DECISIVE = ("mse", "ndcg_at_10")
"""The measures by which runs are compared."""
DATASETS = ("movielens", "imdb")
COLUMNS = {
    "movielens": ("test_loss", "mse", "log_error", "rmse", "mae", "recall_at_10", "ndcg_at_10"),
    "imdb": ("test_loss", "mse", "log_error", "recall_at_10", "ndcg_at_10", "auc"),
}

CREDIT_GROUPS = {"1 training credit": (1, 1), "2": (2, 2), "3 and more": (3, 10**9)}
CREDIT_BASELINES = ("hand-set", "ease")


def collect(params: Params, paths: Paths) -> dict[str, Any]:
    """{"runs": …, "baselines": …, "best": …}: every measure of every run, by name."""
    runs = {}
    for name in params.runs:
        tree = json.loads((paths.evaluation(name) / "evaluation.json").read_text())
        settings = json.loads(paths.settings(name).read_text())
        parts = {part: tree[part] for part in ("valid", "test", "test_standard_error")}
        found_by = {"mlflow_run": mlflow_name(name, tree["content"])}
        runs[name] = {"best_epoch": settings["best_epoch"], **found_by, **parts}
    baselines = {
        dataset: json.loads((paths.baselines(dataset) / "evaluation.json").read_text())
        for dataset in DATASETS
    }
    return {"runs": runs, "baselines": baselines, "best": choose_best(params, runs)}


def choose_best(params: Params, runs: dict[str, Any]) -> dict[str, Any]:
    """For each data set and measure the run that is best on validation, with both its values."""
    best: dict[str, Any] = {}
    for dataset in DATASETS:
        names = [name for name, run in params.runs.items() if run.dataset == dataset]
        for measure in DECISIVE:
            if not names:
                continue
            sign = 1 if HIGHER_IS_BETTER[measure] else -1
            name = max(names, key=lambda name: sign * runs[name]["valid"][measure])
            best.setdefault(dataset, {})[measure] = {
                "run": name,
                "valid": runs[name]["valid"][measure],
                "test": runs[name]["test"][measure],
            }
    return best


def results_table(params: Params, tree: dict[str, Any], dataset: str) -> str:
    """Markdown: a row a run, then a row a baseline; test values, standard_errors, validation beside."""
    columns = COLUMNS[dataset]
    named = {
        name: tree["runs"][name] for name, run in params.runs.items() if run.dataset == dataset
    } | {f"*{name}*": values for name, values in tree["baselines"][dataset].items()}
    rows = []
    for name, values in named.items():
        test = [_value(values["test"], values["test_standard_error"], column) for column in columns]
        valid = [_value(values["valid"], {}, column) for column in ("mse", "ndcg_at_10")]
        rows.append([name, *test, *valid])
    return markdown_table(["run", *columns, "valid mse", "valid ndcg_at_10"], rows)


def factor_table(params: Params, paths: Paths) -> str:
    """Markdown: what each run changed against its data set's base, with intervals and verdicts."""
    compared = []
    for dataset in DATASETS:
        base = f"{dataset}-base"
        if base not in params.runs:
            continue
        users = load_users(paths.evaluation(base) / "users.npz")
        for name, run in params.runs.items():
            if run.dataset != dataset or name == base:
                continue
            other = load_users(paths.evaluation(name) / "users.npz")
            changed = describe_change(params, name, base)
            for measure in DECISIVE:
                difference = paired_difference(other[measure], users[measure], params.seed)
                compared.append(Comparison([name, changed], measure, difference))
    return comparison_table(["run", "changed against base"], compared)


def credits_table(params: Params, paths: Paths, data: TrainingData) -> str:
    """Markdown: how well actors with one, two and more training credits are served on imdb."""
    known = np.bincount(data.train.user, minlength=data.num_users)
    sources = {
        name: paths.evaluation(name) / "users.npz"
        for name, run in params.runs.items()
        if run.dataset == "imdb"
    } | {f"*{name}*": paths.baselines("imdb") / f"{name}.npz" for name in CREDIT_BASELINES}
    rows = []
    for name, path in sources.items():
        sums = load_users(path)["ndcg_at_10"]
        cells = []
        for low, high in CREDIT_GROUPS.values():
            group = (known[sums.user] >= low) & (known[sums.user] <= high)
            cells.append(f"{sums.value(group.astype(np.float64)):.4f} ({group.sum()})")
        rows.append([name, *cells])
    return markdown_table(["ndcg_at_10 of actors with", *CREDIT_GROUPS], rows)


def layers_table(params: Params, paths: Paths) -> str:
    """Markdown: how alike the nodes of each run are, layer by layer."""
    named = {}
    for name in params.runs:
        tree = json.loads((paths.evaluation(name) / "evaluation.json").read_text())
        named[name] = tree["likeness"]
    return mean_cosine_table(named)


def describe_change(params: Params, name: str, base: str) -> str:
    """The keys in which a run differs from another, with their values."""
    run, other = params.runs[name].model_dump(), params.runs[base].model_dump()
    changed = [f"{key} {other[key]} → {run[key]}" for key in run if run[key] != other[key]]
    return ", ".join(changed) or "nothing"


def _value(values: dict[str, float], standard_errors: dict[str, float], name: str) -> str:
    if name not in values:
        return ""
    deviation = f" ± {standard_errors[name]:.4f}" if name in standard_errors else ""
    return f"{values[name]:.4f}{deviation}"
