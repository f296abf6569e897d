"""Times of interactions as whole seconds since 1970, whatever they are written in."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graphrec.config.datasets import Column, TimeUnit
from graphrec.data.errors import DataError
from graphrec.data.interactions import IntArray
from graphrec.data.tables.numbers import is_text, read_numbers
from graphrec.data.tables.table import Table

PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
FIRST, LAST = -62_135_596_800, 253_402_300_799
"""Seconds from 1970 to the first of the year 1 and to the last of the year 9999."""
MISSING = np.iinfo(np.int64).min


def read_seconds(table: Table, column: Column, unit: TimeUnit) -> IntArray:
    """(n,) seconds since 1970, rounded down; without a zone a time is taken for UTC.

    `unit` is that of numbers, or `iso` of text such as 2024-05-01, 2024-05-01T12:30:00.5+02:00;
    dates and timestamps of a Parquet file have their own. Raises DataError where one is missing, is
    not a time, or lies outside the years 1 to 9999.
    """
    kind = table.columns[column].type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        seconds = _stored(table.columns[column])
    elif unit == "iso":
        seconds = _iso(table, column)
    else:
        seconds = _counted(table, column, PER_SECOND[unit])
    wrong = (seconds < FIRST) | (seconds > LAST)
    if wrong.any():
        expected = "a date as 2024-05-01" if unit == "iso" else f"a time in {unit} since 1970"
        advice = "mend the row, or set `timestamp_unit` to s, ms, us, ns or iso"
        raise table.fault(
            int(wrong.argmax()), f"{expected}, of the years 1 to 9999", column, advice
        )
    return seconds


def _stored(column: pa.ChunkedArray) -> IntArray:
    kind = column.type
    if pa.types.is_date(kind):
        kind = pa.timestamp("s")
        column = column.cast(kind)
    counts = column.cast(pa.int64()).fill_null(MISSING).to_numpy()
    return _divide(counts, PER_SECOND[kind.unit])


def _counted(table: Table, column: Column, per_second: int) -> IntArray:
    values = table.columns[column]
    if not (is_text(values.type) or pa.types.is_integer(values.type)):
        return _fractions(table, column, per_second)
    try:
        counts = values.cast(pa.int64())
    except pa.ArrowInvalid:
        return _fractions(table, column, per_second)
    counts = counts.fill_null(MISSING).to_numpy()
    return _divide(counts, per_second)


def _divide(counts: IntArray, per_second: int) -> IntArray:
    """Rounded down; what is missing stays so."""
    if per_second == 1:
        return np.require(counts, requirements="W")  # Arrow's memory is not to be written to
    return np.where(counts == MISSING, MISSING, counts // per_second)


def _fractions(table: Table, column: Column, per_second: int) -> IntArray:
    """The same where not all are whole numbers: exact for those that are."""
    numbers = read_numbers(table, column)
    seconds = np.floor(numbers.values / per_second)
    valid = ~(numbers.missing | numbers.wrong) & (seconds >= FIRST) & (seconds <= LAST)
    result = np.where(valid, seconds, MISSING).astype(np.int64)
    values = table.columns[column]
    if is_text(values.type):
        text = pc.utf8_trim_whitespace(values.cast(pa.string()))
        whole = pc.match_substring_regex(text, r"^[+-]?\d{1,18}$")
        counts = pc.if_else(whole, pc.utf8_ltrim(text, "+"), pa.scalar(None, pa.string()))
        counts = counts.cast(pa.int64()).fill_null(MISSING).to_numpy()
        result = np.where(counts == MISSING, result, counts // per_second)
    return result


def _iso(table: Table, column: Column) -> IntArray:
    values = table.columns[column]
    if not is_text(values.type):
        raise DataError(
            f"{table.name}, column {column!r}: expected dates as text, got {values.type}: set "
            "`timestamp_unit` to s, ms, us or ns"
        )
    # By chunks: pandas makes a Python string of each value.
    return np.concatenate([_iso_chunk(chunk.cast(pa.string())) for chunk in values.chunks])


def _iso_chunk(text: pa.StringArray) -> IntArray:
    text = pc.utf8_trim_whitespace(text)
    dated = pc.match_substring_regex(text, r"^\d{4}-\d{2}-\d{2}([T ]|$)")
    text = pc.if_else(dated, text, pa.scalar(None, pa.string()))
    # Without a fraction pandas takes seconds, whose range is wide enough.
    text = pc.replace_substring_regex(text, r"(:\d{2})[.,]\d+", r"\1")
    times = pd.to_datetime(
        pd.Series(text.to_numpy(zero_copy_only=False), dtype=object),
        format="ISO8601",
        utc=True,
        errors="coerce",
    )
    valid: NDArray[np.bool_] = times.notna().to_numpy()
    seconds = times.dt.tz_localize(None).to_numpy().astype("datetime64[s]").astype(np.int64)
    return np.where(valid, seconds, MISSING)
