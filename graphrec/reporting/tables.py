"""Markdown tables, and the one form in which differences are reported."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from graphrec.config.text import printable
from graphrec.evaluation.metrics import higher_is_better
from graphrec.evaluation.significance import Difference, holm


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Heads, the rule below them, and a line a row; no cell ends its column or opens a tag."""
    lines = [
        [*map(_cell, heads)],
        ["---"] * len(heads),
        *([*map(_cell, cells)] for cells in rows),
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(text: str) -> str:
    return printable(text).replace("|", r"\|").replace("<", "&lt;")


class Comparison(NamedTuple):
    """Of one thing with another by a measure."""

    labels: Sequence[str]
    measure: str
    difference: Difference


def comparison_table(heads: Sequence[str], compared: list[Comparison]) -> str:
    """A row a comparison: labels, measure, difference, interval, verdict after Holm's correction.

    `heads` are those of the labels.
    """
    corrected = holm([comparison.difference.p for comparison in compared])
    rows = []
    for (labels, measure, difference), p in zip(compared, corrected, strict=True):
        verdict = difference.verdict(p, higher_is_better(measure))
        interval = f"{difference.low:+.4f} … {difference.high:+.4f}"
        rows.append([*labels, measure, f"{difference.value:+.4f}", interval, verdict])
    return markdown_table([*heads, "measure", "difference", "95 % interval", "verdict"], rows)


MEAN_COSINE = (
    "Mean cosine over all pairs of nodes of the ranking half, before any layer and after each one; "
    "1 would be over-smoothed."
)


def mean_cosine_table(named: Mapping[str, Sequence[float]]) -> str:
    """A row a name, a column a layer; names without layers are left out."""
    count = max(map(len, named.values()), default=0)
    rows = [
        [name, *(f"{value:.3f}" for value in values), *[""] * (count - len(values))]
        for name, values in named.items()
        if values
    ]
    return markdown_table(["row", *(f"layer {layer}" for layer in range(count))], rows)
