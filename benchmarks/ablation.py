"""What each part of NGCF_Final is worth on validation: one change at a time, against the whole.

Run as `python -m benchmarks.ablation --seeds 5`; writes reports/ablation.md and its .json. The test
part is not measured. `--params FILE --runs NAME …` takes runs of another params.yaml, whose data
lie in the folder that holds it: below data/raw/.
"""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from benchmarks.ablation_changes import CHANGES, WHOLE, Change, general_changes, measure_of
from benchmarks.bench import Bench
from benchmarks.fits import RESAMPLES, Fit
from benchmarks.settings import change
from graphrec.config.files import write_text
from graphrec.config.params import check_params, select_run
from graphrec.config.paths import Paths
from graphrec.config.settings import study_key
from graphrec.evaluation.evaluate import Evaluation
from graphrec.evaluation.results import save_json
from graphrec.evaluation.significance import difference_of
from graphrec.reporting.tables import Comparison, comparison_table

SECONDS_A_FIT = 30.0
"""Of the project's own runs on two idle cores; what is announced before the ablation starts."""


class Setting(NamedTuple):
    """What an ablation is made on."""

    tree: dict[str, Any]
    paths: Paths
    seeds: int = 1
    resamples: int = RESAMPLES


def fit_changed(setting: Setting, name: str, changes: Change) -> list[Evaluation]:
    """Validation measures of a run with some changes in it, one for each seed.

    All have the same bootstrap resamples of the users. A run that is refitted would have no
    validation part left: it is measured before.
    """
    params = check_params(change(setting.tree, changes.values))
    bench = Bench(params, setting.paths)
    run = select_run(params, name).model_copy(update={"refit": False})
    evaluations = []
    for seed in range(setting.seeds):
        fit = Fit(changes.label, run, seed=seed, without=changes.without)
        evaluations.append(bench.validate(bench.train(fit)[0], fit, setting.resamples))
    return evaluations


def mean_over_seeds(evaluations: list[Evaluation]) -> Evaluation:
    """Means of values, of draws, and of what each user adds; the users are the same."""
    first = evaluations[0]
    values = {
        key: float(np.mean([each.values[key] for each in evaluations])) for key in first.values
    }
    draws = {key: np.mean([each.draws[key] for each in evaluations], axis=0) for key in first.draws}
    users = {
        key: replace(sums, total=np.mean([each.users[key].total for each in evaluations], axis=0))
        for key, sums in first.users.items()
    }
    return Evaluation(values, draws, users)


def ablation_table(measured: Mapping[str, list[Evaluation]], measure: str) -> str:
    """Markdown: a row a change, against the first; means over seeds ± their deviation."""
    (_, first), *others = measured.items()
    whole, compared = mean_over_seeds(first), []
    for label, evaluations in others:
        other = mean_over_seeds(evaluations)
        value = other.values[measure] - whole.values[measure]
        difference = difference_of(value, other.draws[measure] - whole.draws[measure])
        compared.append(Comparison([label, shown(evaluations, measure)], measure, difference))
    return comparison_table(["change", f"valid, {shown(first, measure)} as it is"], compared)


def shown(evaluations: list[Evaluation], measure: str) -> str:
    """Mean over seeds, and where there are several ± their standard deviation."""
    values = [each.values[measure] for each in evaluations]
    deviation = f" ± {np.std(values, ddof=1):.4f}" if len(values) > 1 else ""
    return f"{np.mean(values):.4f}{deviation}"


def measure_run(
    setting: Setting, name: str, changes: list[Change], measure: str
) -> dict[str, list[Evaluation]]:
    """Validation measures of a run as it is and under each change, printed as they come."""
    measured = {}
    for each in (WHOLE, *changes):
        started = time.perf_counter()
        measured[each.label] = fit_changed(setting, name, each)
        seconds = time.perf_counter() - started
        value = f"{measure} {shown(measured[each.label], measure)}"
        print(f"{name}, {each.label}: {value} ({seconds:.0f} s)", flush=True)
    return measured


def changes_of(name: str, setting: Setting) -> list[Change]:
    """Those that are written down for a run, or those that suit any."""
    if name in CHANGES:
        return CHANGES[name]
    params = check_params(setting.tree)
    prepared = Bench(params, setting.paths).prepared(params.runs[name].dataset)
    return general_changes(name, params, prepared.data)


def main(arguments: Sequence[str] | None = None, paths: Paths | None = None) -> None:
    options = parse(arguments)
    tree, paths = yaml.safe_load(options.params.read_text()), paths or Paths(options.params.parent)
    params = check_params(tree)
    if unknown := set(options.runs) - set(params.runs):
        sys.exit(f"ablation: expected runs of {options.params}, got {', '.join(sorted(unknown))}")
    setting = Setting(tree, paths, options.seeds, options.resamples)
    plan = {name: changes_of(name, setting) for name in options.runs}
    count = sum(1 + len(changes) for changes in plan.values()) * options.seeds
    print(f"{count} fits, about {count * SECONDS_A_FIT / 60:.0f} minutes on two cores if small")
    key = study_key(params)
    seeds = "one seed" if options.seeds == 1 else f"means over {options.seeds} seeds ± deviation"
    introduction = INTRODUCTION.format(key=key, seeds=seeds, resamples=options.resamples)
    page, values = [f"# What each part is worth\n\n{introduction}"], {}
    for name, changes in plan.items():
        measure = measure_of(name, select_run(params, name), params)
        measured = measure_run(setting, name, changes, measure)
        page += [f"## {name}", ablation_table(measured, measure)]
        values[name] = {
            label: [each.values for each in evaluations] for label, evaluations in measured.items()
        }
    output = options.output or paths.ablation
    write_text(output, "\n\n".join(page) + "\n")
    save_json(output.with_suffix(".json"), {"params": key, "runs": values})
    print(f"written: {output} and its .json")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--runs", nargs="+", default=[*CHANGES], help="these alone")
    parser.add_argument("--seeds", type=int, default=1, help="fits of each change")
    parser.add_argument("--resamples", type=int, default=RESAMPLES, help="of the users")
    parser.add_argument("--output", type=Path, help="page to write")
    return parser.parse_args(arguments)


INTRODUCTION = (
    "Made by `python -m benchmarks.ablation` with parameters `{key}`. Validation values, {seeds}; "
    "{resamples} paired bootstrap resamples of the users, verdicts after Holm's correction within "
    "each table. The test part is not looked at. `better` would mean that a part does harm."
)

if __name__ == "__main__":
    main()
