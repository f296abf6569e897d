"""The runs side by side: the metrics tree, the tables, and what each factor is worth."""

import json
from typing import Any

from graphrec.paths import Paths
from graphrec.sections import Params
from graphrec.significance import Difference, holm, load_users, paired_difference

HIGHER_IS_BETTER = {"mse": False, "ndcg_at_10": True}
DATASETS = ("movielens", "imdb")
COLUMNS = {
    "movielens": ("test_loss", "mse", "log_error", "rmse", "mae", "recall_at_10", "ndcg_at_10"),
    "imdb": ("test_loss", "mse", "log_error", "recall_at_10", "ndcg_at_10", "auc"),
}


def collect(params: Params, paths: Paths) -> dict[str, Any]:
    """{"runs": …, "baselines": …, "best": …}: every measure of every run, by name."""
    runs = {}
    for name in params.runs:
        tree = json.loads((paths.evaluation(name) / "evaluation.json").read_text())
        settings = json.loads(paths.settings(name).read_text())
        parts = {part: tree[part] for part in ("valid", "test", "test_std")}
        runs[name] = {"best_epoch": settings["best_epoch"], **parts}
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
        for measure, higher in HIGHER_IS_BETTER.items():
            if not names:
                continue
            sign = 1 if higher else -1
            name = max(names, key=lambda name: sign * runs[name]["valid"][measure])
            best.setdefault(dataset, {})[measure] = {
                "run": name,
                "valid": runs[name]["valid"][measure],
                "test": runs[name]["test"][measure],
            }
    return best


def results_table(params: Params, tree: dict[str, Any], dataset: str) -> str:
    """Markdown: a row a run, then a row a yardstick; test values, deviations, validation beside."""
    columns = COLUMNS[dataset]
    lines = [_row(["run", *columns, "valid mse", "valid ndcg_at_10"]), _rule(len(columns) + 3)]
    named = {
        name: tree["runs"][name] for name, run in params.runs.items() if run.dataset == dataset
    } | {f"*{name}*": values for name, values in tree["baselines"][dataset].items()}
    for name, values in named.items():
        test = [_value(values["test"], values["test_std"], column) for column in columns]
        valid = [_value(values["valid"], {}, column) for column in ("mse", "ndcg_at_10")]
        lines.append(_row([name, *test, *valid]))
    return "\n".join(lines)


def factor_table(params: Params, paths: Paths) -> str:
    """Markdown: what each run changed against its data set's base, with intervals and verdicts."""
    rows: list[tuple[str, str, str, Difference]] = []
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
            for measure in HIGHER_IS_BETTER:
                difference = paired_difference(other[measure], users[measure], params.seed)
                rows.append((name, changed, measure, difference))
    corrected = holm([row[3].p for row in rows])
    lines = [
        _row(["run", "changed against base", "measure", "difference", "95 % interval", "verdict"]),
        _rule(6),
    ]
    for (name, changed, measure, d), p in zip(rows, corrected, strict=True):
        interval = f"{d.low:+.4f} … {d.high:+.4f}"
        verdict = d.verdict(p, HIGHER_IS_BETTER[measure])
        lines.append(_row([name, changed, measure, f"{d.value:+.4f}", interval, verdict]))
    return "\n".join(lines)


def describe_change(params: Params, name: str, base: str) -> str:
    """The keys in which a run differs from another, with their values."""
    run, other = params.runs[name].model_dump(), params.runs[base].model_dump()
    changed = [f"{key} {other[key]} → {run[key]}" for key in run if run[key] != other[key]]
    return ", ".join(changed) or "nothing"


def _value(values: dict[str, float], deviations: dict[str, float], name: str) -> str:
    if name not in values:
        return ""
    deviation = f" ± {deviations[name]:.4f}" if name in deviations else ""
    return f"{values[name]:.4f}{deviation}"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _rule(count: int) -> str:
    return "|" + "---|" * count
