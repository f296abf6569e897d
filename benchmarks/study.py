"""How good, and how sure: chosen runs over seeds and folds, beside baselines, on the same measures.

Run as `python -m benchmarks.study` (`--help` lists the parts); writes reports/study.json and
prints its table. Folds other than u1 choose nothing. `refitted` rows are trained on training and
validation part together for all epochs, with the settings that validation chose before.
"""

import argparse
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from graphrec.comparison import measurement, predictor_of, save_json
from graphrec.evaluation import Evaluation, evaluate_model
from graphrec.filter_sets import imdb_filters, movielens_filters
from graphrec.fitting import fit_run, with_validation
from graphrec.imdb import prepare_imdb
from graphrec.interactions import HeldOut, TrainingData
from graphrec.movielens import prepare_movielens
from graphrec.params import load_params, select_run
from graphrec.paths import Paths
from graphrec.ranking import Seen
from graphrec.sections import Params, RunParams


class Fit(NamedTuple):
    """One training of the study."""

    row: str
    run: RunParams
    fold: str
    seed: int
    refitted: bool


SECONDS_A_FIT = 40.0
"""On two cores, filters and evaluation included; what is announced before the study starts."""


def plan(params: Params, seeds: int, folds: list[str]) -> Iterator[Fit]:
    """Every fit: seeds on u1, then one seed on each other fold, then the graph baselines."""
    mse, base = (select_run(params, f"movielens-{name}") for name in ("mse", "base"))
    for seed in range(seeds):
        yield Fit("movielens-mse refitted", mse, "u1", seed, True)
        yield Fit("movielens-mse", mse, "u1", seed, False)
        yield Fit("movielens-base", base, "u1", seed, False)
        yield Fit("imdb-base", select_run(params, "imdb-base"), "", seed, False)
    for fold in folds:
        if fold != "u1":
            yield Fit("movielens-mse refitted", mse, fold, 0, True)
    for model in ("ngcf", "lightgcn"):
        for layers in (2,) if model == "ngcf" else (0, 2):
            name = "matrix factorisation" if layers == 0 else model
            plain = base.model_copy(update={"model": model, "layers": layers})
            yield Fit(name, plain, "u1", 0, False)


class Part(NamedTuple):
    """What fits of one data set, fold and kind share."""

    data: TrainingData
    test: HeldOut
    seen: Seen
    filters: dict[str, Any]


def prepare(params: Params, fit: Fit, paths: Paths) -> Part:
    """Read, split and fit the filters of a fold."""
    folder = paths.raw(fit.run.dataset)
    if fit.run.dataset == "imdb":
        data, test, _, _ = prepare_imdb(folder, params.seed)
        filters = imdb_filters(data, **params.imdb.filters.model_dump())
    else:
        fraction = params.movielens.split.valid_fraction
        data, test, _, _ = prepare_movielens(folder, fit.fold, fraction, params.seed)
        data = with_validation(data) if fit.refitted else data
        filters = movielens_filters(data, **params.movielens.filters.model_dump())
    earlier = [data.train] if fit.refitted else [data.train, data.valid.interactions]
    return Part(data, test, Seen(earlier, data.num_users), filters)


def measure(fit: Fit, part: Part, params: Params) -> Evaluation:
    """Train and evaluate on the fold's test part."""
    model, graph, _ = fit_run(
        fit.run, params, part.data, part.filters, lambda _: None, fit.refitted
    )
    popularity = np.bincount(part.data.train.item, minlength=part.data.num_items)
    how = measurement(params, fit.run.dataset)
    return evaluate_model(predictor_of(model, graph), part.test, part.seen, popularity, how)


def table(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Mean and standard deviation over the seeds of u1, and the mean over folds with seed 0."""
    result: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(row["row"] for row in rows):
        mine = [row for row in rows if row["row"] == name]
        first = [row["test"] for row in mine if row["fold"] in ("u1", "")]
        folds = [row["test"] for row in mine if row["seed"] == 0]
        values: dict[str, float] = {"seeds": len(first)}
        for measure_name in ("rmse", "ndcg_at_10", "recall_at_10", "auc"):
            if measure_name in first[0]:
                numbers = [test[measure_name] for test in first]
                values[measure_name] = float(np.mean(numbers))
                values[f"{measure_name}_std"] = float(np.std(numbers, ddof=min(1, len(first) - 1)))
                if len(folds) > 1:
                    values[f"{measure_name}_over_folds"] = float(
                        np.mean([test[measure_name] for test in folds])
                    )
        result[name] = values
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--folds", nargs="*", default=["u1", "u2", "u3", "u4", "u5"])
    options = parser.parse_args()
    params = load_params()
    fits = list(plan(params, options.seeds, options.folds))
    print(f"{len(fits)} fits, about {len(fits) * SECONDS_A_FIT / 60:.0f} minutes on two cores")
    rows: list[dict[str, Any]] = []
    parts: dict[tuple[str, str, bool], Part] = {}
    for number, fit in enumerate(fits, 1):
        started = time.perf_counter()
        key = (fit.run.dataset, fit.fold, fit.refitted)
        if key not in parts:
            parts[key] = prepare(params, fit, Paths())
        seeded = params.model_copy(update={"seed": params.seed + fit.seed})
        evaluation = measure(fit, parts[key], seeded)
        seconds = time.perf_counter() - started
        rows.append({**fit._asdict(), "run": fit.run.model_dump(), "test": evaluation.values})
        rmse, ndcg = (evaluation.values.get(name, float("nan")) for name in ("rmse", "ndcg_at_10"))
        told = f"{fit.row} {fit.fold} seed {fit.seed}: rmse {rmse:.4f} ndcg@10 {ndcg:.4f}"
        print(f"{number}/{len(fits)} {told} ({seconds:.0f} s)", flush=True)
    save_json(Paths().root / "reports" / "study.json", {"fits": rows, "table": table(rows)})
    for row, values in table(rows).items():
        print(row, "  ".join(f"{name} {value:.4f}" for name, value in values.items()))


if __name__ == "__main__":
    main()
