"""The runs side by side: everything that was measured, and the tables of it."""

from typing import Any

import numpy as np

from graphrec.config.content import mlflow_name
from graphrec.config.errors import FileError, ParamsError
from graphrec.config.json_file import Evaluated, Measured, Trained, read_json
from graphrec.config.params import Params
from graphrec.config.paths import Paths
from graphrec.data.interactions import IntArray
from graphrec.evaluation.metrics import higher_is_better
from graphrec.evaluation.results import load_measure
from graphrec.evaluation.significance import paired_difference
from graphrec.reporting.tables import (
    Comparison,
    comparison_table,
    markdown_table,
    mean_cosine_table,
)

GROUPS = 4
"""Into which test users are divided by their training interactions."""


def decisive(params: Params) -> tuple[str, str]:
    """The measures by which runs are compared."""
    return "mse", f"ndcg_at_{params.evaluate.k[0]}"


def columns(params: Params, dataset: str) -> list[str]:
    """The measures that tables and figures of a data set show."""
    first = params.evaluate.k[0]
    ranking = [f"recall_at_{first}", f"ndcg_at_{first}"]
    if params.datasets[dataset].ratings is None:
        return ["test_loss", "mse", "log_error", *ranking, "auc"]
    return ["test_loss", "mse", "log_error", "rmse", "mae", *ranking]


def runs_of(params: Params, dataset: str) -> list[str]:
    """The names of a data set's runs; the first is the one that others are compared with."""
    return [name for name, run in params.runs.items() if run.dataset == dataset]


def collect(params: Params, paths: Paths) -> dict[str, Any]:
    """{"runs": …, "baselines": …, "best": …}: every measure of every run, by name."""
    if not params.runs:
        raise ParamsError("expected a run in params.yaml, got none: add one below `runs`")
    runs = {}
    for name in params.runs:
        tree = read_json(paths.evaluation(name) / "evaluation.json", Evaluated)
        settings = read_json(paths.settings(name), Trained)
        _expect_measures(tree, columns(params, params.runs[name].dataset), name)
        measured = Measured(
            valid=tree["valid"],
            test=tree["test"],
            test_standard_error=tree["test_standard_error"],
        )
        link = {"mlflow_run": mlflow_name(name, tree["content"])}
        runs[name] = {"best_epoch": settings["best_epoch"], **link, **measured}
    baselines = {dataset: read_baselines(paths, dataset) for dataset in params.datasets}
    return {"runs": runs, "baselines": baselines, "best": choose_best(params, runs)}


def read_baselines(paths: Paths, dataset: str) -> dict[str, Measured]:
    """What was measured of each of a data set's baselines."""
    return read_json(paths.baselines(dataset) / "evaluation.json", dict[str, Measured])


def _expect_measures(tree: Evaluated, names: list[str], run: str) -> None:
    for name in names:
        if name not in tree["valid"] or name not in tree["test"]:
            raise FileError(
                f"expected {name} among the measures of {run}, got none: run `dvc repro "
                f"evaluate@{run}`"
            )


def handful(params: Params, tree: dict[str, Any]) -> dict[str, Any]:
    """By run what DVC shows side by side: a few values to four decimals, and the MLflow run."""
    return {
        name: {
            "mlflow_run": tree["runs"][name]["mlflow_run"],
            **{
                part: {
                    measure.removeprefix("test_"): round(values[measure], 4)
                    for measure in columns(params, run.dataset)
                    if measure != "mae" and measure in (values := tree["runs"][name][part])
                }
                for part in ("valid", "test")
            },
        }
        for name, run in params.runs.items()
    }


def choose_best(params: Params, runs: dict[str, Any]) -> dict[str, Any]:
    """For each data set and measure the run that is best on validation, with both its values."""
    best: dict[str, Any] = {}
    for dataset in params.datasets:
        for measure in decisive(params):
            sign = 1 if higher_is_better(measure) else -1
            names = runs_of(params, dataset)
            if names:
                name = max(names, key=lambda name: sign * runs[name]["valid"][measure])
                best.setdefault(dataset, {})[measure] = {
                    "run": name,
                    "valid": runs[name]["valid"][measure],
                    "test": runs[name]["test"][measure],
                }
    return best


def results_table(params: Params, tree: dict[str, Any], dataset: str) -> str:
    """Markdown: a row a run, then a row a baseline; test values, standard errors, validation."""
    shown = columns(params, dataset)
    named = {name: tree["runs"][name] for name in runs_of(params, dataset)}
    named |= {f"*{name}*": values for name, values in tree["baselines"][dataset].items()}
    rows = []
    for name, values in named.items():
        test = [_value(values["test"], values["test_standard_error"], column) for column in shown]
        valid = [_value(values["valid"], {}, column) for column in decisive(params)]
        rows.append([name, *test, *valid])
    return markdown_table(["run", *shown, *(f"valid {name}" for name in decisive(params))], rows)


def factor_table(params: Params, paths: Paths) -> str:
    """Markdown: what each run changed against its data set's first, with intervals and verdicts."""
    compared = []
    for dataset in params.datasets:
        base, *others = runs_of(params, dataset) or [""]
        for name in others:
            files = [paths.evaluation(run) / "users.npz" for run in (name, base)]
            changed = describe_change(params, name, base)
            for measure in decisive(params):
                first, second = (load_measure(file, measure) for file in files)
                difference = paired_difference(first, second, params.seed)
                compared.append(Comparison([name, changed], measure, difference))
    return comparison_table(["run", "changed against the first"], compared)


def activity_table(params: Params, paths: Paths, dataset: str, train_user: IntArray) -> str:
    """Markdown: how well users with few and many training interactions are served.

    `train_user` (n,) are the users of the training interactions. Beside the runs stands the
    baseline that ranks best on validation.
    """
    measure = decisive(params)[1]
    sources = {name: paths.evaluation(name) / "users.npz" for name in runs_of(params, dataset)}
    baselines = read_baselines(paths, dataset)
    ranking = {name: tree["valid"].get(measure, -1.0) for name, tree in baselines.items()}
    best = max(ranking, key=ranking.__getitem__)
    sources[f"*{best}*"] = paths.baselines(dataset) / f"{best}.npz"
    rows, heads = [], []
    for name, path in sources.items():
        sums = load_measure(path, measure)
        degree = np.append(np.bincount(train_user), 0)  # at its end for those who have none
        degree = degree[np.minimum(sums.user, len(degree) - 1)]
        edges = np.unique(np.quantile(degree, np.arange(GROUPS) / GROUPS).astype(int))
        group = np.searchsorted(edges, degree, side="right") - 1
        heads = [f"{low} and more" for low in edges]
        values = [sums.value((group == number).astype(float)) for number in range(len(edges))]
        counts = np.bincount(group, minlength=len(edges))
        rows.append([name, *(f"{v:.4f} ({n})" for v, n in zip(values, counts, strict=True))])
    noun = params.datasets[dataset].interaction_name
    return markdown_table([f"{measure} by training {noun}s", *heads], rows)


def layers_table(params: Params, paths: Paths) -> str:
    """Markdown: how alike the nodes of each run are, layer by layer."""
    named = {}
    for name in params.runs:
        tree = read_json(paths.evaluation(name) / "evaluation.json", Evaluated)
        named[name] = tree["mean_cosine"]
    return mean_cosine_table(named)


def describe_change(params: Params, name: str, base: str) -> str:
    """The keys in which a run differs from another, with their values."""
    run, other = params.runs[name].model_dump(), params.runs[base].model_dump()
    changed = [f"{key} {other[key]} → {run[key]}" for key in run if run[key] != other[key]]
    return ", ".join(changed) or "nothing"


def _value(values: dict[str, float], errors: dict[str, float], name: str) -> str:
    if name not in values:
        return ""
    error = f" ± {errors[name]:.4f}" if name in errors else ""
    return f"{values[name]:.4f}{error}"
