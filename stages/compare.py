"""Print every run of the workspace and of DVC's experiments, best on validation first.

Run as `python -m stages.compare ndcg_at_10` (or `mse`), or `make compare`; not a DVC stage.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from graphrec.config.paths import Paths
from graphrec.reporting.leaderboard import collect_rows, table
from graphrec.tracking import experiments, file_at

PARAMS = Path("params.yaml")
Source = tuple[str, dict[str, Any], dict[str, Any]]


def main(by: str = "ndcg_at_10") -> None:
    rows = collect_rows(sources())
    for dataset in dict.fromkeys(row["dataset"] for row in rows):
        print(f"**{dataset}**, by {by} on validation\n\n{table(rows, dataset, by)}\n")


def sources() -> Iterator[Source]:
    """Name, parameters and metrics of the workspace and of every experiment that has ended."""
    metrics = Paths().metrics
    if metrics.exists():
        yield "workspace", yaml.safe_load(PARAMS.read_text()), json.loads(metrics.read_text())
    for origin in experiments():
        texts = file_at(str(origin.commit), PARAMS), file_at(str(origin.commit), metrics)
        if all(texts):
            yield str(origin.experiment), yaml.safe_load(texts[0] or ""), json.loads(texts[1] or "")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ValueError as error:
        sys.exit(f"compare: {error}")
