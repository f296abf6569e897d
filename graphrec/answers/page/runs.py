"""The runs that there are, as the page offers them, and what their training and testing gave."""

import json
from typing import Any

import pandas as pd

from graphrec.answers.named import Row
from graphrec.config.paths import KNOWN, SETTINGS, WEIGHTS, Paths

CHOSEN_BY = "ndcg_at_10"
"""The measure on the validation part that chooses the run shown first."""


def datasets_of(paths: Paths) -> list[Row]:
    """The data sets of all runs in models/, each with its runs and the best on validation.

    Those with ratings come first: they have more to show. `best` is the first run where no results
    name one that lies in models/.
    """
    best = _results(paths).get("best", {})
    datasets: dict[str, list[Row]] = {}
    explicit: dict[str, bool] = {}
    for folder in sorted(paths.model("").glob("*")):
        if all((folder / name).is_file() for name in (WEIGHTS, KNOWN, SETTINGS)):
            settings = json.loads((folder / SETTINGS).read_text())
            run = {"name": folder.name, "best_epoch": settings["best_epoch"], **settings["run"]}
            datasets.setdefault(run["dataset"], []).append(run)
            explicit[run["dataset"]] = "dataset.ratings.minimum" in settings["params"]
    entries = []
    for name, runs in datasets.items():
        chosen = best.get(name, {}).get(CHOSEN_BY, {}).get("run")
        names = [run["name"] for run in runs]
        entries.append(
            {"name": name, "runs": runs, "best": chosen if chosen in names else names[0]}
        )
    return sorted(entries, key=lambda entry: not explicit[entry["name"]])


def curves_of(paths: Paths, dataset: str) -> list[Row]:
    """Of each run of a data set its columns of curves.csv: an epoch each, from 1.

    Raises KeyError for a data set without runs.
    """
    runs = next(entry["runs"] for entry in _entries(paths, dataset))
    return [
        {
            "run": run["name"],
            "best_epoch": run["best_epoch"],
            "columns": pd.read_csv(paths.curves(run["name"])).to_dict("list"),
        }
        for run in runs
        if paths.curves(run["name"]).is_file()
    ]


def measures_of(paths: Paths, dataset: str) -> list[Row]:
    """Test measures and their standard errors: runs of a data set first, then baselines.

    Empty where nothing was evaluated. Raises KeyError for a data set without runs.
    """
    results = _results(paths)
    names = [run["name"] for entry in _entries(paths, dataset) for run in entry["runs"]]
    runs = {name: results.get("runs", {}).get(name) for name in names}
    groups = {"run": runs, "baseline": results.get("baselines", {}).get(dataset, {})}
    return [
        {
            "kind": kind,
            "name": name,
            "test": measured["test"],
            "standard_error": measured["test_standard_error"],
        }
        for kind, group in groups.items()
        for name, measured in group.items()
        if measured is not None
    ]


def _entries(paths: Paths, dataset: str) -> list[Row]:
    entries = datasets_of(paths)
    matching = [entry for entry in entries if entry["name"] == dataset]
    if not matching:
        known = ", ".join(entry["name"] for entry in entries)
        raise KeyError(f"no run in models/ is of data set {dataset!r}; there are runs of: {known}")
    return matching


def _results(paths: Paths) -> dict[str, Any]:
    """Without evaluations, nothing."""
    if not paths.results.is_file():
        return {}
    results: dict[str, Any] = json.loads(paths.results.read_text())
    return results
