"""What each part of NGCF_Final is worth on validation: one change at a time, against the whole.

Run as `python -m benchmarks.ablation --seeds 5`; writes reports/ablation.md and its .json. The test
part is not measured. `--params FILE --runs NAME …` takes runs of another params.yaml, whose data
lie in the folder that holds it: below data/raw/.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from benchmarks.ablation_changes import CHANGES, WHOLE, Change, general_changes, measure_of
from benchmarks.bench import Bench
from benchmarks.cluster import CLUSTER_HELP, needs_of, run_all, say
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
    bench: Bench
    resamples: int = RESAMPLES


class Trial(NamedTuple):
    """A fit of a run with a change in it."""

    run: str
    change: Change
    seed: int = 0


Measured = dict[str, dict[str, list[Evaluation]]]
"""Validation measures over seeds, by run and by label of the change."""


def fit_changed(setting: Setting, trial: Trial) -> Evaluation:
    """Validation measures of a run with a change in it; all have the same resamples of the users.

    A run that is refitted would have no validation part left: it is measured before.
    """
    bench = setting.bench.under(check_params(change(setting.tree, trial.change.values)))
    run = select_run(bench.params, trial.run).model_copy(update={"refit": False})
    fit = Fit(trial.change.label, run, seed=trial.seed, without=trial.change.without)
    return bench.validate(bench.train(fit)[0], fit, setting.resamples)


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


def carry_out(setting: Setting, trials: list[Trial], address: str | None = None) -> Measured:
    """The measures of all trials, each printed as it comes, in their order.

    With an address they are fitted on the Ray cluster there.
    """
    params = setting.bench.params
    if address is not None:
        setting.bench.hold(Fit(trial.run, select_run(params, trial.run)) for trial in trials)
    evaluations: dict[int, Evaluation] = {}
    fit = partial(fit_changed, setting)
    for done in run_all(fit, trials, address, needs_of(params)):
        evaluations[done.index] = done.result
        run, changed, seed = trials[done.index]
        measure = measure_of(run, select_run(params, run), params)
        value = f"{measure} {done.result.values[measure]:.4f}"
        say(f"{run}, {changed.label}, seed {seed}: {value} ({done.seconds:.0f} s)")
    measured: Measured = {}
    for index, trial in enumerate(trials):
        of_run = measured.setdefault(trial.run, {})
        of_run.setdefault(trial.change.label, []).append(evaluations[index])
    return measured


def changes_of(name: str, setting: Setting) -> list[Change]:
    """Those that are written down for a run, or those that suit any."""
    if name in CHANGES:
        return CHANGES[name]
    params = setting.bench.params
    return general_changes(name, params, setting.bench.prepared(params.runs[name].dataset).data)


def main(arguments: Sequence[str] | None = None, paths: Paths | None = None) -> None:
    options = parse(arguments)
    tree, paths = yaml.safe_load(options.params.read_text()), paths or Paths(options.params.parent)
    params = check_params(tree)
    if unknown := set(options.runs) - set(params.runs):
        sys.exit(f"ablation: expected runs of {options.params}, got {', '.join(sorted(unknown))}")
    setting = Setting(tree, Bench(params, paths), options.resamples)
    trials = [
        Trial(name, each, seed)
        for name in options.runs
        for each in (WHOLE, *changes_of(name, setting))
        if options.changes is None or each.label in (WHOLE.label, *options.changes)
        for seed in range(options.seeds)
    ]
    minutes = len(trials) * SECONDS_A_FIT / 60
    print(f"{len(trials)} fits, about {minutes:.0f} minutes on two cores if small")
    key = study_key(params)
    seeds = "one seed" if options.seeds == 1 else f"means over {options.seeds} seeds ± deviation"
    introduction = INTRODUCTION.format(key=key, seeds=seeds, resamples=options.resamples)
    page, values = [f"# What each part is worth\n\n{introduction}"], {}
    for name, measured in carry_out(setting, trials, options.cluster).items():
        measure = measure_of(name, select_run(params, name), params)
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
    parser.add_argument("--changes", nargs="+", metavar="LABEL", help="these alone")
    parser.add_argument("--seeds", type=int, default=1, help="fits of each change")
    parser.add_argument("--resamples", type=int, default=RESAMPLES, help="of the users")
    parser.add_argument("--cluster", metavar="ADDRESS", help=CLUSTER_HELP)
    parser.add_argument("--output", type=Path, help="page to write")
    return parser.parse_args(arguments)


INTRODUCTION = (
    "Made by `python -m benchmarks.ablation` with parameters `{key}`. Validation values, {seeds}; "
    "{resamples} paired bootstrap resamples of the users, verdicts after Holm's correction within "
    "each table. The test part is not looked at. `better` would mean that a part does harm."
)

if __name__ == "__main__":
    main()
