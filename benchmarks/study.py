"""How good, and how sure: chosen runs over seeds and folds, beside baselines, by one measure.

Run as `python -m benchmarks.study`; writes reports/study.md and its .json. Folds other than u1
choose nothing. Rows that are refit are trained on training and validation part together, for all
epochs, with the settings that validation chose before.
"""

import argparse
from collections.abc import Iterator
from typing import Any, Literal

from benchmarks.bench import Bench
from benchmarks.cluster import CLUSTER_HELP, Finished, needs_of, run_all, say
from benchmarks.fits import PUBLISHED, Fit, Outcome
from benchmarks.study_tables import Rows, study_page
from graphrec.config.files import write_text
from graphrec.config.params import Params, load_params, select_run
from graphrec.config.paths import Paths
from graphrec.config.settings import study_key
from graphrec.config.training import RunParams
from graphrec.evaluation.results import save_json

SECONDS_A_FIT = 15.0
"""On two idle cores, filters and evaluation included; what is announced before the study starts."""
TIME_AWARE: tuple[Literal["second", "day"], ...] = ("second", "day")
PRINTED = ("rmse", "ndcg_at_10", "auc")
CONTROL_SEEDS = 3
"""Of the runs with fewer layers."""
DATASETS = ("movielens", "imdb")


def plan(params: Params, seeds: int, folds: list[str]) -> Iterator[Fit]:
    """Every fit: seeds on u1, one seed on each other fold, controls, published graph models."""
    mse, base, imdb = (
        select_run(params, name) for name in ("movielens-mse", "movielens-base", "imdb-base")
    )

    def refit(seed: int, fold: str | None) -> Iterator[Fit]:
        yield Fit("movielens-mse refit", with_(mse, refit=True), fold, seed)
        for resolution in TIME_AWARE:
            name = f"movielens-mse refit, {resolution} known"
            yield Fit(name, mse, fold, seed, time_aware=resolution)

    for seed in range(seeds):
        yield Fit("movielens-mse", mse, seed=seed)
        yield from refit(seed, None)
        yield Fit("movielens-base", base, seed=seed)
        yield Fit("movielens-base refit", with_(base, refit=True), seed=seed)
        yield Fit("imdb-base", imdb, seed=seed)
        yield Fit("imdb-base refit", with_(imdb, refit=True), seed=seed)
    for fold in folds:
        if fold != params.datasets["movielens"].split.fold:
            yield from refit(0, fold)
    whole = {"movielens-mse": mse, "movielens-base": base, "imdb-base": imdb}
    for layers in (0, 1):
        for seed in range(min(seeds, CONTROL_SEEDS)):
            for name, run in whole.items():
                yield Fit(f"{name}, {layers} layers", with_(run, layers=layers), seed=seed)
    for name, run in (("movielens", base), ("imdb", imdb)):
        for model, published in PUBLISHED.items():
            plain = with_(run, model=published.model, layers=published.layers)
            yield Fit(f"{name} {model}", plain, published=published)


def with_(run: RunParams, **changes: Any) -> RunParams:
    return run.model_copy(update=changes)


def trivial(bench: Bench) -> Iterator[tuple[Fit, Outcome]]:
    """The baselines that need no training, as rows of the same table."""
    for dataset in DATASETS:
        run = select_run(bench.params, f"{dataset}-base")
        for name, baseline in bench.baselines(dataset).items():
            fit = Fit(f"{dataset} {name}", run)
            yield fit, bench.measure(baseline, [], fit)


def carry_out(bench: Bench, fits: list[Fit], address: str | None = None) -> Rows:
    """The outcomes of the baselines and of `fits`, each printed as it comes, in their order.

    With an address the fits are run on the Ray cluster there.
    """
    rows: Rows = list(trivial(bench))
    if address is not None:
        bench.hold(fits)
    outcomes: dict[int, Outcome] = {}
    for done in run_all(bench.run, fits, address, needs_of(bench.params)):
        outcomes[done.index] = done.result
        say(f"{len(outcomes)}/{len(fits)} {described(fits[done.index], done)}")
    return rows + [(fit, outcomes[index]) for index, fit in enumerate(fits)]


def described(fit: Fit, done: Finished[Outcome]) -> str:
    """A line for a person watching."""
    test = done.result.test.values
    measures = "  ".join(f"{name} {test[name]:.4f}" for name in PRINTED if name in test)
    named = f"{fit.row} {fit.fold or 'own fold'} seed {fit.seed}"
    return f"{named}: {measures} ({done.seconds:.0f} s)"


def save_study(rows: Rows, key: str, paths: Paths) -> None:
    """The page, and every number of every fit beside it; `key` names the parameters."""
    fits = [
        {
            **fit._asdict(),
            "run": fit.run.model_dump(),
            "valid": outcome.valid.values if outcome.valid else {},
            "test": outcome.test.values,
            "mean_cosine": outcome.mean_cosine,
        }
        for fit, outcome in rows
    ]
    save_json(paths.study.with_suffix(".json"), {"params": key, "fits": fits})
    write_text(paths.study, study_page(rows, key))
    print(f"written: {paths.study} and its .json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--folds", nargs="*", default=["u2", "u3", "u4", "u5"])
    parser.add_argument("--cluster", metavar="ADDRESS", help=CLUSTER_HELP)
    options = parser.parse_args()
    params = load_params()
    fits = list(plan(params, options.seeds, options.folds))
    print(f"{len(fits)} fits, about {len(fits) * SECONDS_A_FIT / 60:.0f} minutes on two cores")
    rows = carry_out(Bench(params), fits, options.cluster)
    save_study(rows, study_key(params), Paths())


if __name__ == "__main__":
    main()
