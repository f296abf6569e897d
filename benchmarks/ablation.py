"""What each part of NGCF_Final is worth on validation: one change at a time, against the whole.

Run as `python -m benchmarks.ablation`; writes reports/ablation.md and its .json. The test part is
not measured.
"""

import argparse
import time
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from benchmarks.ablation_changes import CHANGES, MEASURES, WHOLE, Change
from benchmarks.bench import Bench
from benchmarks.fits import RESAMPLES, Fit
from graphrec.config.params import check_params, select_run
from graphrec.config.paths import Paths
from graphrec.config.settings import study_key
from graphrec.evaluation.evaluate import Evaluation
from graphrec.evaluation.results import save_json
from graphrec.evaluation.significance import difference_of
from graphrec.reporting.tables import Comparison, comparison_table

SECONDS_A_FIT = 30.0
"""On two idle cores; what is announced before the ablation starts."""


def change(tree: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A copy of a tree of parameters, with other values under some dotted keys.

    Raises KeyError for a key that is not there.
    """
    changed = deepcopy(tree)
    for key, value in values.items():
        *path, last = key.split(".")
        node = changed
        for name in path:
            node = node[name]
        if last not in node:
            raise KeyError(f"expected a key of params.yaml, got {key!r}")
        node[last] = value
    return changed


def fit_changed(
    tree: dict[str, Any], name: str, changes: Change, paths: Paths | None = None
) -> Evaluation:
    """Validation measures of a run with some changes in it."""
    params = check_params(change(tree, changes.values))
    bench = Bench(params, paths)
    fit = Fit(changes.label, select_run(params, name), features=changes.features)
    return bench.validate(bench.train(fit)[0], fit, RESAMPLES)


def ablation_table(measured: dict[str, Evaluation], measure: str) -> str:
    """Markdown: a row a change, against the first."""
    (_, whole), *others = measured.items()
    compared = [
        Comparison(
            [label, f"{other.values[measure]:.4f}"],
            measure,
            difference_of(
                other.values[measure] - whole.values[measure],
                other.draws[measure] - whole.draws[measure],
            ),
        )
        for label, other in others
    ]
    heads = ["change", f"valid, {whole.values[measure]:.4f} as it is"]
    return comparison_table(heads, compared)


def measure_run(tree: dict[str, Any], name: str) -> dict[str, Evaluation]:
    """Validation measures of a run as it is and under each of its changes, printed as they come."""
    measured = {}
    for changes in (WHOLE, *CHANGES[name]):
        started = time.perf_counter()
        evaluation = measured[changes.label] = fit_changed(tree, name, changes)
        value = f"{MEASURES[name]} {evaluation.values[MEASURES[name]]:.4f}"
        seconds = time.perf_counter() - started
        print(f"{name}, {changes.label}: {value} ({seconds:.0f} s)", flush=True)
    return measured


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--runs", nargs="+", choices=CHANGES, default=[*CHANGES], help="these alone"
    )
    parser.add_argument("--output", type=Path, default=Paths().ablation, help="page to write")
    options = parser.parse_args(arguments)
    tree = yaml.safe_load(Path("params.yaml").read_text())
    key = study_key(check_params(tree))
    count = sum(1 + len(CHANGES[name]) for name in options.runs)
    print(f"{count} fits, about {count * SECONDS_A_FIT / 60:.0f} minutes on two cores")
    measured = {name: measure_run(tree, name) for name in options.runs}
    page = [f"# What each part is worth\n\n{INTRODUCTION.format(key=key, resamples=RESAMPLES)}"]
    for name, evaluations in measured.items():
        page += [f"## {name}", ablation_table(evaluations, MEASURES[name])]
    options.output.write_text("\n\n".join(page) + "\n")
    values = {
        name: {label: evaluation.values for label, evaluation in evaluations.items()}
        for name, evaluations in measured.items()
    }
    save_json(options.output.with_suffix(".json"), {"params": key, "runs": values})
    print(f"written: {options.output} and its .json")


INTRODUCTION = (
    "Made by `make ablation` with parameters `{key}`. Validation values, one seed; {resamples} "
    "paired bootstrap resamples of the users, verdicts after Holm's correction within each table. "
    "The test part is not looked at. `better` would mean that a part does harm."
)

if __name__ == "__main__":
    main()
