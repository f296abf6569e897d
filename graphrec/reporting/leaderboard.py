"""Every trained run of the workspace and of DVC's experiments in one table, by validation."""

from collections.abc import Iterable
from typing import Any

from graphrec.config.settings import MODELS, flatten

SHOWN = ("mse", "ndcg_at_10")
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
    return dict(flatten(tree))


def table(rows: list[Row], dataset: str, by: str) -> str:
    """Markdown: the data set's rows, best on validation first, with the settings that differ."""
    if by not in SHOWN:
        raise ValueError(f"expected a measure to sort by, {' or '.join(SHOWN)}, got {by!r}")
    chosen = [row for row in rows if row["dataset"] == dataset]
    chosen.sort(key=lambda row: row["valid"][by], reverse=by == "ndcg_at_10")
    names = dict.fromkeys(name for row in chosen for name in row["settings"])
    varied = [name for name in names if len({str(row["settings"].get(name)) for row in chosen}) > 1]
    header = ["mlflow_run", *(f"valid {name}" for name in SHOWN), *varied, "experiments"]
    cells = [
        [
            row["mlflow_run"],
            *(f"{row['valid'][name]:.4f}" for name in SHOWN),
            *(str(row["settings"].get(name, "")) for name in varied),
            ", ".join(row["experiments"]),
        ]
        for row in chosen
    ]
    lines = [header, ["---"] * len(header), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
