"""Rows as a table to read, as JSON, or as CSV that a spreadsheet may open."""

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any, Literal

from graphrec.config.text import printable

Format = Literal["table", "json", "csv"]
FORMULA = re.compile(r"[=+\-@\t\r]")
"""What a spreadsheet takes for the start of a formula (OWASP, CSV injection)."""
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
WIDTH = 10_000
"""Of a table that goes to a file: no cell is cut."""


def text_of(rows: Sequence[dict[str, Any]], columns: Sequence[str], form: Format) -> str:
    """All rows, with a heading but in JSON; every row has all columns, and JSON shows what else
    it has."""
    return {"table": as_table, "json": as_json, "csv": as_csv}[form](rows, columns)


def as_json(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> str:
    return json.dumps(list(rows), indent=1, ensure_ascii=False, allow_nan=False)


def as_object(tree: dict[str, Any]) -> str:
    """One JSON object."""
    return json.dumps(tree, indent=1, ensure_ascii=False, allow_nan=False)


def as_csv(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(row[name]) for name in columns])
    return text.getvalue().rstrip("\n")


def harmless(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula with an apostrophe before it."""
    is_formula = isinstance(value, str) and FORMULA.match(value) and not NUMBER.fullmatch(value)
    return f"'{value}" if is_formula else value


def as_table(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> str:
    """Columns side by side, numbers to the right with four decimals."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(markup=False, highlight=False)
    if not console.is_terminal:
        console = Console(markup=False, highlight=False, width=WIDTH, color_system=None)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        numeric = all(isinstance(row[name], int | float) for row in rows)
        table.add_column(name, justify="right" if numeric and rows else "left")
    for row in rows:
        table.add_row(*(Text(_cell(row[name])) for name in columns))
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n"))


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if isinstance(value, float) else printable(str(value))
