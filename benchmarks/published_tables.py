"""The tables of benchmarks.published_split."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple

import numpy as np

from benchmarks.one_fit import NAMES
from graphrec.evaluation.bootstrap import UserSums
from graphrec.evaluation.significance import Difference, paired_difference
from graphrec.reporting.tables import Comparison, comparison_table, markdown_table

Rows = list[dict[str, Any]]
TELLS = "ndcg_at_20"
"""The measure that tells what layers are worth."""


class Measured(NamedTuple):
    """A fit."""

    row: dict[str, Any]
    """As benchmarks.one_fit prints it; only a fit with a model's own layers has a `test`."""
    users: UserSums
    """TELLS of validation."""


def published_table(rows: Rows) -> str:
    """Markdown: a row a model, means over seeds ± their standard deviation, and the most memory."""
    heads = ["model", "seeds", *(f"{part} {name}" for part in ("test", "valid") for name in NAMES)]
    table = []
    for model in dict.fromkeys(row["model"] for row in rows):
        fits = [row for row in rows if row["model"] == model]
        measures = [
            spread([fit[part][name] for fit in fits])
            for part in ("test", "valid")
            for name in NAMES
        ]
        training, evaluation = (
            f"{np.mean([fit[key] for fit in fits]):.0f}" for key in ("training_s", "evaluation_s")
        )
        epochs = "–".join(map(str, sorted({fit["best_epoch"] for fit in fits})))
        most = f"{max(fit['peak_gb'] for fit in fits):.2f}"
        table.append([model, str(len(fits)), *measures, epochs, training, evaluation, most])
    return markdown_table([*heads, "epochs", "training, s", "evaluation, s", "peak, GB"], table)


def compare_layers(fits: Sequence[Measured]) -> dict[str, Any]:
    """TELLS of validation over seeds, of a model as it is and with 0 layers, and the difference."""
    whole, without = (
        [fit.users for fit in fits if ("test" in fit.row) is as_it_is] for as_it_is in (True, False)
    )
    difference = paired_difference(mean_over_seeds(without), mean_over_seeds(whole), seed=0)
    return {
        "as_it_is": [users.value() for users in whole],
        "without": [users.value() for users in without],
        "difference": asdict(difference),
    }


def mean_over_seeds(sums: list[UserSums]) -> UserSums:
    """Of the same users: means of what each adds."""
    return replace(sums[0], total=np.mean([each.total for each in sums], axis=0))


def layers_table(compared: Mapping[str, dict[str, Any]]) -> str:
    """Markdown: a row a model, `compare_layers` of each."""
    rows = [
        Comparison(
            [model, spread(row["as_it_is"]), spread(row["without"])],
            TELLS,
            Difference(**row["difference"]),
        )
        for model, row in compared.items()
    ]
    return comparison_table(["model", "valid, as it is", "with 0 layers"], rows)


def tables(report: Mapping[str, Any]) -> str:
    """Markdown of all that a report holds."""
    made = [published_table(report["fits"])]
    if report.get("layers"):
        made.append(layers_table(report["layers"]))
    return "\n\n".join(made)


def spread(values: Sequence[float]) -> str:
    """Mean, and where there are several values ± their standard deviation."""
    deviation = f" ± {np.std(values, ddof=1):.4f}" if len(values) > 1 else ""
    return f"{np.mean(values):.4f}{deviation}"
