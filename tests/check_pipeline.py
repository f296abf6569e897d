"""Holds a finished pipeline against what it promises. Run as `python -m tests.check_pipeline`."""

import json
import math
from collections.abc import Iterator
from typing import Any

from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.tracking import CONTENT, Tracker
from graphrec.tracking.records import Record


def numbers(tree: Any) -> Iterator[float]:
    if isinstance(tree, dict):
        for branch in tree.values():
            yield from numbers(branch)
    elif isinstance(tree, int | float):
        yield tree


def main() -> None:
    params, paths = load_params(), Paths()
    tree = json.loads(paths.metrics.read_text())
    assert set(tree["runs"]) == set(params.runs), "metrics.json lacks a run or has one too many"
    assert all(math.isfinite(number) for number in numbers(tree)), "metrics.json: not finite"
    tracker = Tracker()
    found = tracker.client.search_runs([tracker.experiment], max_results=1000)
    by_name = {run.data.tags["run"]: run for run in found if CONTENT in run.data.tags}
    assert set(by_name) == set(params.runs), f"MLflow has {sorted(by_name)}"
    for name, run in by_name.items():
        assert run.info.status == "FINISHED", f"{name} is {run.info.status} in MLflow"
        assert run.info.run_name == tree["runs"][name]["mlflow_run"], f"{name} bears another name"
        logged, expected = run.data.metrics, Record.read(name, paths).measures()
        assert logged.items() >= expected.items(), f"{name}: other measures in MLflow"
        for part, prefix in (("valid", "best_valid_"), ("test", "test_")):
            for measure in ("mse", "log_error", "ndcg_at_10"):
                assert logged[prefix + measure] == tree["runs"][name][part][measure], name
        curve = tracker.client.get_metric_history(run.info.run_id, "train/mse")
        assert curve, f"{name}: no curve"
    print(f"{len(by_name)} runs in metrics.json and in MLflow, each with curve and test measures")


if __name__ == "__main__":
    main()
