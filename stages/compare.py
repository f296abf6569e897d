"""Print every run of the workspace and of DVC's experiments, best on validation first.

Run as `python -m stages.compare ndcg_at_10` (or `mse`), or `make compare`; not a DVC stage.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphrec.config.edge import run_command
from graphrec.config.errors import GraphrecError
from graphrec.config.json_file import Compared, parse_json
from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.config.yaml_text import parse_yaml
from graphrec.reporting.leaderboard import collect_rows, table
from graphrec.tracking import experiments, file_at

PARAMS = Path("params.yaml")
Source = tuple[str, dict[str, Any], dict[str, Any]]


def main(by: str = "ndcg_at_10") -> None:
    load_params()  # elsewhere than in a project there is nothing to compare
    rows = collect_rows(sources())
    if not rows:
        raise GraphrecError("expected runs that are evaluated, got none: run `dvc repro` first")
    for dataset in dict.fromkeys(row["dataset"] for row in rows):
        print(f"**{dataset}**, by {by} on validation\n\n{table(rows, dataset, by)}\n")


def sources() -> Iterator[Source]:
    """Name, parameters and metrics of the workspace and of every experiment that has ended."""
    metrics = Paths().metrics
    if metrics.exists():
        yield source("workspace", PARAMS.read_text(encoding="utf-8"), metrics.read_text())
    for origin in experiments():
        texts = file_at(str(origin.commit), PARAMS), file_at(str(origin.commit), metrics)
        try:
            if all(texts):
                yield source(str(origin.experiment), texts[0] or "", texts[1] or "")
        except GraphrecError as error:
            print(f"experiment {origin.experiment}: {error}", file=sys.stderr)


def source(name: str, params: str, metrics: str) -> Source:
    """Raises GraphrecError where the files' texts are not those of a project."""
    tree = parse_yaml(params.encode(), f"{PARAMS} of {name}")
    if not isinstance(tree, dict) or not isinstance(tree.get("runs"), dict):
        raise GraphrecError(f"expected runs in {PARAMS} of {name}, got none")
    return name, tree, parse_json(metrics, f"{Paths().metrics} of {name}", dict[str, Compared])


if __name__ == "__main__":
    run_command("compare", main, "measure")
