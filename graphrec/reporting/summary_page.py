"""The page that puts all runs side by side."""

from typing import Any

from graphrec.config.params import Params
from graphrec.config.paths import Paths
from graphrec.data.interactions import IntArray
from graphrec.reporting.summary import (
    activity_table,
    factor_table,
    layers_table,
    results_table,
    runs_of,
)
from graphrec.reporting.tables import MEAN_COSINE


def summary_page(
    params: Params, paths: Paths, results: dict[str, Any], train_users: dict[str, IntArray]
) -> str:
    """Markdown; `train_users` are the users of each data set's training interactions."""
    with_runs = [dataset for dataset in params.datasets if runs_of(params, dataset)]
    activity = [
        f"**{dataset}**\n\n{activity_table(params, paths, dataset, train_users[dataset])}"
        for dataset in with_runs
    ]
    return SUMMARY.format(
        results=results_tables(params, results),
        factors=factor_table(params, paths),
        layers=f"{MEAN_COSINE}\n\n{layers_table(params, paths)}",
        activity="\n\n".join(activity),
    )


def results_tables(params: Params, results: dict[str, Any]) -> str:
    """Markdown: a table for each data set."""
    return "\n\n".join(
        f"**{dataset}**\n\n{results_table(params, results, dataset)}" for dataset in params.datasets
    )


SUMMARY = """# The runs

Test values with their standard error over bootstrap resamples of the test users; validation values
beside them, since validation chose every epoch. Baselines in italics.

{results}

## What each factor is worth

Each run against the first of its data set, on the test users: difference, its 95 % interval
(paired bootstrap over users), and a verdict after Holm's correction over all rows.

{factors}

## How alike the nodes become

{layers}

## Users by what is known of them

In brackets the number of users with a relevant test item.

{activity}
"""
