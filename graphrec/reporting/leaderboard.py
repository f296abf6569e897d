"""Every trained run of the workspace and of DVC's experiments in one table, by validation."""

import math
from collections.abc import Iterable
from typing import Any

from graphrec.config.errors import GraphrecError
from graphrec.config.settings import MODELS, flatten
from graphrec.evaluation.metrics import higher_is_better
from graphrec.reporting.tables import markdown_table

Row = dict[str, Any]


def collect_rows(sources: Iterable[tuple[str, dict[str, Any], dict[str, Any]]]) -> list[Row]:
    """A row for each MLflow run that is spoken of in any source: its name, params and metrics.

    An experiment that changes one run has the nine others in common with its baseline: they make
    one row, which names all experiments that hold it.
    """
    rows: dict[str, Row] = {}
    for source, params, metrics in sources:
        for run, values in metrics.items():
            if run not in params["runs"] or "mlflow_run" not in values:
                continue
            row = rows.setdefault(
                values["mlflow_run"],
                {
                    "mlflow_run": values["mlflow_run"],
                    "experiments": [],
                    "dataset": params["runs"][run]["dataset"],
                    "settings": settings_of(params, run),
                    "valid": values["valid"],
                },
            )
            row["experiments"].append(source)
    return list(rows.values())


def settings_of(params: dict[str, Any], run: str) -> dict[str, Any]:
    """Flat: what the training of a run depends on, from a params.yaml of any age."""
    own = params["runs"][run]
    settings = params.get("hyperparameters", {}).get(own.get("hyperparameters"), {})
    dataset = params.get("datasets", {}).get(own["dataset"], {})
    used = {
        key: value
        for key, value in settings.items()
        if key not in MODELS or key == own.get("model")
    }
    tree = {"seed": params.get("seed"), "train": params.get("train", {}), **dataset, **used, **own}
    if own.get("model") == "ngcf_final":
        # `explicit` and `implicit` are of older files.
        unused = ("implicit",) if dataset.get("ratings") else ("explicit", "rating")
        filters = params.get("filters", {})
        tree["filters"] = {kind: filters[kind] for kind in filters if kind not in unused}
    return dict(flatten(tree))


def measures_of(rows: list[Row]) -> list[str]:
    """The measures by which rows are compared, in whichever of them: `mse` and each NDCG."""
    names = dict.fromkeys(name for row in rows for name in row["valid"])
    return [name for name in names if name == "mse" or name.startswith("ndcg_at_")]


def table(rows: list[Row], dataset: str, by: str) -> str:
    """Markdown: the data set's rows, best on validation first, with the settings that differ.

    Rows without the measure `by` come last. Raises GraphrecError where none has it.
    """
    chosen = [row for row in rows if row["dataset"] == dataset]
    measures = measures_of(chosen)
    if by not in measures:
        known = " or ".join(measures)
        raise GraphrecError(f"expected a measure of {dataset} to sort by, {known}, got {by!r}")
    sign = -1 if higher_is_better(by) else 1
    chosen.sort(key=lambda row: sign * row["valid"][by] if by in row["valid"] else math.inf)
    names = dict.fromkeys(name for row in chosen for name in row["settings"])
    varied = [name for name in names if len({str(row["settings"].get(name)) for row in chosen}) > 1]
    cells = [
        [
            row["mlflow_run"],
            *(f"{row['valid'][name]:.4f}" if name in row["valid"] else "" for name in measures),
            *(str(row["settings"].get(name, "")) for name in varied),
            ", ".join(row["experiments"]),
        ]
        for row in chosen
    ]
    heads = ["mlflow_run", *(f"valid {name}" for name in measures), *varied, "experiments"]
    return markdown_table(heads, cells)
