"""The page of the study: tables over seeds and folds, paired comparisons, controls."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.fits import RESAMPLES, Fit, Outcome
from graphrec.evaluation.significance import difference_of
from graphrec.reporting.tables import (
    MEAN_COSINE,
    Comparison,
    comparison_table,
    markdown_table,
    mean_cosine_table,
)

Rows = list[tuple[Fit, Outcome]]
COLUMNS = {
    "movielens ratings": ("rmse",),
    "movielens rankings": ("ndcg_at_10", "recall_at_10"),
    "imdb": ("ndcg_at_10", "recall_at_10", "auc"),
}
COMPARED_WITH_BASELINES = {
    "movielens-base": ("movielens", ("ndcg_at_10",)),
    "movielens-mse": ("movielens", ("rmse",)),
    "imdb-base": ("imdb", ("ndcg_at_10", "auc")),
}
"""Each of these rows is compared with every baseline of its data set, by these measures."""
PAIRS = (
    ("movielens-mse refit", "movielens-mse", "rmse"),
    ("movielens-mse refit, day known", "movielens-mse refit", "rmse"),
    ("movielens-mse refit, second known", "movielens-mse refit", "rmse"),
    ("movielens-base refit", "movielens-base", "ndcg_at_10"),
    ("imdb-base refit", "imdb-base", "ndcg_at_10"),
    ("movielens-mse, 0 layers", "movielens-mse", "rmse"),
    ("movielens-mse, 1 layers", "movielens-mse", "rmse"),
    ("movielens-base, 0 layers", "movielens-base", "ndcg_at_10"),
    ("movielens-base, 1 layers", "movielens-base", "ndcg_at_10"),
    ("movielens-base, 0 layers", "movielens-base", "rmse"),
    ("movielens-base, 1 layers", "movielens-base", "rmse"),
    ("imdb-base, 0 layers", "imdb-base", "ndcg_at_10"),
    ("imdb-base, 1 layers", "imdb-base", "ndcg_at_10"),
)


def study_page(rows: Rows, key: str) -> str:
    """Markdown of all of it; `key` names the parameters it was made with."""
    page = [
        "# Over seeds and folds",
        f"Made by `make study` with parameters `{key}`. Test values: the mean over seeds on u1 ± "
        "their standard deviation, and the mean over the folds u1 … u5 with one seed. Validation "
        "beside them; a row that is refit on the validation part too has none left, and the "
        "settings of the row that is not.",
    ]
    mean_cosine = {fit.row: outcome.mean_cosine for fit, outcome in rows if fit.seed == 0}
    for title, columns in COLUMNS.items():
        page += [f"## {title.capitalize()}", results_table(rows, title.split()[0], columns)]
    page += ["## Paired comparisons", COMPARED_BY, comparisons(rows)]
    page += ["## How alike the nodes become", MEAN_COSINE, mean_cosine_table(mean_cosine)]
    return "\n\n".join(page) + "\n"


COMPARED_BY = (
    f"Differences of means over seeds on u1, {RESAMPLES} paired bootstrap resamples of the test "
    "users; verdicts on the first after Holm's correction over all rows."
)


def results_table(rows: Rows, dataset: str, columns: tuple[str, ...]) -> str:
    """A row a name that has the first measure."""
    heads = [head for name in columns for head in (f"test {name}", f"valid {name}")]
    heads.insert(2, "over folds")
    table = []
    for name, outcomes in by_name(rows, dataset).items():
        if not all(serves(fit, columns[0]) for fit, _ in outcomes):
            continue
        first = [outcome for fit, outcome in outcomes if fit.fold is None]
        folds = [outcome for fit, outcome in outcomes if fit.seed == 0]
        if columns[0] not in first[0].test.values:
            continue
        cells = [name, str(len(first))]
        for column in columns:
            values = [outcome.test.values[column] for outcome in first]
            spread = f" ± {np.std(values, ddof=1):.4f}" if len(values) > 1 else ""
            cells.append(f"{np.mean(values):.4f}{spread}")
            valid = [outcome.valid.values[column] for outcome in first if outcome.valid]
            cells.append(f"{np.mean(valid):.4f}" if valid else "")
        means = [outcome.test.values[columns[0]] for outcome in folds]
        cells.insert(4, f"{np.mean(means):.4f}" if len(means) > 1 else "")
        table.append(cells)
    return markdown_table(["row", "seeds", *heads], table)


def serves(fit: Fit, measure: str) -> bool:
    """Whether a fit was made for that measure: published graph models rank, and predict nothing."""
    return measure != "rmse" or fit.published is None


def by_name(rows: Rows, dataset: str) -> dict[str, Rows]:
    """The fits of each row of a data set, in the order of the rows."""
    named: dict[str, Rows] = {}
    for fit, outcome in rows:
        if fit.run.dataset == dataset:
            named.setdefault(fit.row, []).append((fit, outcome))
    return named


def comparisons(rows: Rows) -> str:
    """Markdown: first less second, its interval, and whether the first is better."""
    named = {dataset: by_name(rows, dataset) for dataset in ("movielens", "imdb")}
    every = named["movielens"] | named["imdb"]
    wanted = list(PAIRS)
    for name, (dataset, measures) in COMPARED_WITH_BASELINES.items():
        others = [other for other in named[dataset] if other.startswith(f"{dataset} ")]
        wanted += [(name, other, measure) for other in others for measure in measures]
    compared = []
    for first, second, measure in wanted:
        if first in every and second in every:
            one, other = (mean_over_seeds(every[name], measure) for name in (first, second))
            if one is not None and other is not None:
                difference = difference_of(one[0] - other[0], one[1] - other[1])
                compared.append(Comparison([first, second], measure, difference))
    return comparison_table(["first", "second"], compared)


def mean_over_seeds(rows: Rows, measure: str) -> tuple[float, NDArray[np.float64]] | None:
    """A measure on u1 and its draws, each the mean over seeds; None where a row lacks it."""
    first = [(fit, outcome.test) for fit, outcome in rows if fit.fold is None]
    if not all(serves(fit, measure) and measure in test.draws for fit, test in first):
        return None
    tests = [test for _, test in first]
    value = float(np.mean([test.values[measure] for test in tests]))
    return value, np.mean([test.draws[measure] for test in tests], axis=0)
