"""What each part of NGCF_Final is worth on validation: one change at a time, against the whole.

Run as `python -m benchmarks.ablation`; writes reports/ablation.md. The test part is not measured.
"""

import time
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from benchmarks.fits import RESAMPLES, Bench, Fit
from graphrec.config.params import check_params, select_run
from graphrec.config.paths import Paths
from graphrec.evaluation.evaluate import Evaluation
from graphrec.evaluation.significance import difference_of
from graphrec.reporting.tables import Comparison, comparison_table

SECONDS_A_FIT = 30.0
RATING, RANKING = "movielens.ngcf_final.rating", "movielens.ngcf_final.ranking"
CREDITS = "imdb.ngcf_final.ranking"


class Change(NamedTuple):
    """Other values for some parameters."""

    what: str
    values: dict[str, Any]
    features: bool = True


CHANGES: dict[tuple[str, str], list[Change]] = {
    ("movielens-mse", "rmse"): [
        Change(
            "network alone",
            {f"{RATING}.weight": 1.0, f"{RATING}.item_filter": 0.0, f"{RATING}.user_filter": 0.0},
        ),
        Change("filters alone", {f"{RATING}.weight": 0.0}),
        Change("without the item filter", {f"{RATING}.item_filter": 0.0}),
        Change("without the user filter", {f"{RATING}.user_filter": 0.0}),
        Change("0 layers: no graph in the network", {"runs.movielens-mse.layers": 0}),
        Change("1 layer", {"runs.movielens-mse.layers": 1}),
        Change("without side features in the network", {}, features=False),
        Change("without dropout", {f"{RATING}.dropout": 0.0}),
        Change("without edge dropout", {f"{RATING}.edge_dropout": 0.0}),
        Change("width 32 for 96", {f"{RATING}.dim": 32}),
        Change("without weight averaging", {"train.ema_decay": 0.0}),
        Change("constant learning rate", {"train.end_factor": 1.0}),
        Change("predicted ratings carry messages", {"train.mask_supervision": False}),
    ],
    ("movielens-base", "ndcg_at_10"): [
        Change("network alone for watched", {f"{RANKING}.weight": 1.0}),
        Change("filter alone for watched", {f"{RANKING}.weight": 0.0}),
        Change("without liked", {"movielens.ngcf_final.liked.slope": 0.0}),
        Change("one negative a positive: BPR", {"movielens.num_negatives": 0}),
        Change("without free embeddings", {f"{RANKING}.free": False}),
        Change("without item biases", {f"{RANKING}.popularity": False}),
        Change("without edge dropout", {f"{RANKING}.edge_dropout": 0.0}),
        Change("without side features in the network", {}, features=False),
        Change("without weight averaging", {"train.ema_decay": 0.0}),
        Change("0 layers: no graph in the networks", {"runs.movielens-base.layers": 0}),
        Change("1 layer", {"runs.movielens-base.layers": 1}),
    ],
    ("imdb-base", "ndcg_at_10"): [
        Change("network alone", {f"{CREDITS}.weight": 1.0}),
        Change("filter alone", {f"{CREDITS}.weight": 0.0}),
        Change(
            "filter without co-actors and actors of directors",
            {"imdb.filters.weights.cast": 0.0, "imdb.filters.weights.directors": 0.0},
        ),
        Change(
            "filter without keywords of related movies",
            {"imdb.filters.from_director": 0.0, "imdb.filters.from_cast": 0.0},
        ),
        Change("0 layers: no graph in the network", {"runs.imdb-base.layers": 0}),
        Change("1 layer", {"runs.imdb-base.layers": 1}),
        Change("one negative a positive: BPR", {"imdb.num_negatives": 0}),
        Change("without feature dropout", {f"{CREDITS}.feature_dropout": 0.0}),
        Change("with free embeddings", {f"{CREDITS}.free": True}),
        Change("predicted credits carry messages", {"train.mask_supervision": False}),
        Change("without weight averaging", {"train.ema_decay": 0.0}),
    ],
}
"""For each run and the measure that tells: what is changed in it."""


WHOLE = Change("as it is", {})


def change(tree: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A copy of a tree of parameters, with other values under some dotted keys."""
    changed = deepcopy(tree)
    for key, value in values.items():
        *path, last = key.split(".")
        node = changed
        for name in path:
            node = node[name]
        node[last] = value
    return changed


def fit_changed(
    tree: dict[str, Any], name: str, changes: Change, paths: Paths | None = None
) -> Evaluation:
    """Validation measures of a run with some changes in it."""
    params = check_params(change(tree, changes.values))
    run, bench = select_run(params, name), Bench(params, paths)
    fold = params.movielens.split.fold if run.dataset == "movielens" else ""
    fit = Fit(changes.what, run, fold, features=changes.features)
    return bench.validate(bench.train(fit)[0], fit, RESAMPLES)


def ablation_table(measured: dict[str, Evaluation], measure: str) -> str:
    """Markdown: a row a change, against the first."""
    (_, whole), *others = measured.items()
    compared = [
        Comparison(
            [what, f"{other.values[measure]:.4f}"],
            measure,
            difference_of(
                other.values[measure] - whole.values[measure],
                other.draws[measure] - whole.draws[measure],
            ),
        )
        for what, other in others
    ]
    heads = ["change", f"valid, {whole.values[measure]:.4f} as it is"]
    return comparison_table(heads, compared)


def main() -> None:
    paths = Paths()
    tree = yaml.safe_load(Path("params.yaml").read_text())
    count = sum(map(len, CHANGES.values())) + len(CHANGES)
    print(f"{count} fits, about {count * SECONDS_A_FIT / 60:.0f} minutes on two cores")
    page = [f"# What each part is worth\n\n{INTRODUCTION}"]
    for (run, measure), changes in CHANGES.items():
        measured = {}
        for changed in (WHOLE, *changes):
            started = time.perf_counter()
            measured[changed.what] = fit_changed(tree, run, changed)
            value = measured[changed.what].values[measure]
            seconds = time.perf_counter() - started
            print(f"{run}, {changed.what}: {measure} {value:.4f} ({seconds:.0f} s)", flush=True)
        page += [f"## {run}", ablation_table(measured, measure)]
    paths.ablation.write_text("\n\n".join(page) + "\n")
    print(f"written: {paths.ablation}")


INTRODUCTION = (
    f"Made by `make ablation`. Validation values, one seed; {RESAMPLES} paired bootstrap n_resamples "
    "of the users, verdicts after Holm's correction within each table. The test part is not looked "
    "at. `better` would mean that a part does harm."
)

if __name__ == "__main__":
    main()
