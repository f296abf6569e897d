"""A table of interactions: who, what, how much and when, row by row."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from graphrec.config.datasets import Column, DatasetParams, FileFormat, RatingScale, TableParams
from graphrec.data.errors import DataError
from graphrec.data.interactions import FloatArray, IntArray
from graphrec.data.tables.ids import Ids, read_ids
from graphrec.data.tables.numbers import read_numbers
from graphrec.data.tables.parquet import is_parquet, read_parquet
from graphrec.data.tables.table import Table, path_below
from graphrec.data.tables.text import read_text
from graphrec.data.tables.times import read_seconds


@dataclass(frozen=True)
class Part:
    """The rows of a file that have a user and an item, n of them."""

    name: str
    user: Ids
    item: Ids
    rating: FloatArray
    """(n,)"""
    timestamp: IntArray
    """(n,)"""


def read_table(
    folder: Path, path: str, columns: set[Column], options: FileFormat, encoded: set[Column]
) -> Table:
    """`columns` of a text or Parquet table below `folder`; strings of `encoded` as dictionaries."""
    target = path_below(folder, path)
    if is_parquet(target):
        return read_parquet(target, path, columns)
    return read_text(target, path, columns, options, encoded)


def table_params(options: DatasetParams) -> TableParams:
    """The part of `options` that says what the tables hold, if it goes with the rest.

    Raises DataError where ratings lack a scale, a scale lacks ratings, or both are counted.
    """
    table = options.table
    if table is None:
        raise DataError("expected `table` to say which columns there are, got none: add it")
    if table.rating is not None and options.ratings is None:
        raise DataError(
            f"expected `ratings` to say the scale of the rating column {table.rating!r}, got none: "
            "set minimum, maximum and relevance_threshold; events that mean dislike need a scale "
            "too, such as -1 to 1; or set `table.rating: null` to take each row for an event"
        )
    if table.rating is None and options.ratings is not None:
        raise DataError(
            "expected a rating column for the scale in `ratings`, got `table.rating: null`: name "
            "the column, or set `ratings: null` for events"
        )
    if table.rating is not None and table.duplicates == "count":
        raise DataError(
            "expected `duplicates` to be last, max or error for ratings, got count: events alone "
            "are counted"
        )
    return table


def read_part(folder: Path, path: str, options: DatasetParams, left_out: Counter[str]) -> Part:
    """The interactions of a file; rows without a user or an item are left out, and counted.

    Raises DataError where a rating is no number of the scale, a time no time, or no row is left.
    """
    params = table_params(options)
    columns = {params.user, params.item}
    encoded = columns | ({params.rating} if params.rating is not None else set())
    optional = {column for column in (params.rating, params.timestamp) if column is not None}
    table = read_table(folder, path, columns | optional, params.format, encoded)
    user, item = read_ids(table, params.user), read_ids(table, params.item)
    present = user.present & item.present
    if not present.any():
        raise DataError(
            f"{path}: expected rows with a user ({params.user!r}) and an item ({params.item!r}), "
            f"got {len(table)} without: name the right columns"
        )
    left_out[f"rows of {path} without a user"] += int((~user.present).sum())
    left_out[f"rows of {path} without an item"] += int((user.present & ~item.present).sum())
    for what, ids in (("user", user), ("item", item)):
        left_out[f"spaces around {what} ids of {path}"] += ids.num_stripped
    # Those of the ids are not held any longer than they have to be.
    table = Table(path, {column: table.columns[column] for column in optional}, table.place)
    if not present.all():
        table = _select(table, present)
        user, item = user[present], item[present]
    rating = np.ones(len(user.codes), np.float32)
    if params.rating is not None and options.ratings is not None:
        rating = _read_ratings(table, params.rating, options.ratings)
    timestamp = np.zeros(len(user.codes), np.int64)
    if params.timestamp is not None:
        timestamp = read_seconds(table, params.timestamp, params.timestamp_unit)
    return Part(path, user, item, rating, timestamp)


def _select(table: Table, mask: NDArray[np.bool_]) -> Table:
    """The rows of `mask`, each of which knows its place in the file."""
    rows, selected = np.flatnonzero(mask), pa.array(mask)
    columns = {key: column.filter(selected) for key, column in table.columns.items()}
    return Table(table.name, columns, lambda row: table.place(int(rows[row])))


def _read_ratings(table: Table, column: Column, scale: RatingScale) -> FloatArray:
    numbers = read_numbers(table, column)
    outside = ~((numbers.values >= scale.minimum) & (numbers.values <= scale.maximum))
    if outside.any():
        expected = f"a rating from {scale.minimum:g} to {scale.maximum:g}"
        advice = "mend or delete the row, or set `ratings` to the scale"
        raise table.fault(int(outside.argmax()), expected, column, advice)
    return numbers.values.astype(np.float32)
