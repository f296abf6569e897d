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
    metrics, results = (json.loads(path.read_text()) for path in (paths.metrics, paths.results))
    for path, runs in ((paths.metrics, metrics), (paths.results, results["runs"])):
        assert set(runs) == set(params.runs), f"{path} lacks a run or has one too many"
    assert all(math.isfinite(number) for number in numbers(results)), f"{paths.results}: not finite"
    assert set(results["baselines"]) == set(params.datasets), "baselines of other data sets"
    tracker = Tracker()
    recorded = tracker.client.search_runs([tracker.experiment], max_results=1000)
    by_name = {run.data.tags["run"]: run for run in recorded if CONTENT in run.data.tags}
    assert set(by_name) == set(params.runs), f"MLflow has {sorted(by_name)}"
    for name, run in by_name.items():
        assert run.info.status == "FINISHED", f"{name} is {run.info.status} in MLflow"
        assert run.info.run_name == metrics[name]["mlflow_run"], f"{name} bears another name"
        logged, expected = run.data.metrics, Record.read(name, paths).measures()
        assert logged.items() >= expected.items(), f"{name}: other measures in MLflow"
        for part, prefix in (("valid", "best_valid_"), ("test", "test_")):
            for measure in metrics[name][part]:
                shown, whole = metrics[name][part][measure], logged[prefix + measure]
                assert shown == round(whole, 4), f"{name}: {part} {measure} {shown}, not {whole}"
            for measure in ("mse", "log_error", "ndcg_at_10"):
                assert logged[prefix + measure] == results["runs"][name][part][measure], name
        curve = tracker.client.get_metric_history(run.info.run_id, "train/mse")
        assert curve, f"{name}: no curve"
    print(f"{len(by_name)} runs in reports/ and in MLflow, each with curve and test measures")


if __name__ == "__main__":
    main()
