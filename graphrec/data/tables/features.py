"""Columns of a users or items table as blocks of side information."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp

from graphrec.config.datasets import FeatureColumn
from graphrec.data.dataset import FeatureBlock
from graphrec.data.errors import DataError
from graphrec.data.interactions import IntArray
from graphrec.data.tables.numbers import read_numbers
from graphrec.data.tables.table import Table

NO_VALUE = ("(none)", "(no genres listed)", "-", "")
"""What files write into a multi-valued cell that holds nothing."""


def feature_block(
    table: Table, name: str, options: FeatureColumn, rows: IntArray, entity: IntArray, size: int
) -> FeatureBlock:
    """The block (size, columns) of entities numbered `entity` (m,) in the `rows` (m,) of a table.

    Entities without a row, and those whose cell is blank, have no entry; the columns are the values
    in use, sorted. Raises DataError where a cell is not of the kind that `options` say.
    """
    if options.kind == "numeric":
        return _numeric(table, name, options, rows, entity, size)
    cells = table.columns[options.column].take(pa.array(rows))
    if options.kind == "categorical":
        values = to_strings(table.name, options, cells)
        return _flags("categorical", entity, values, size, [""])
    lists = cells.combine_chunks()
    if not is_list(lists.type):
        if options.separator is None:
            raise DataError(
                f"feature {name!r} of {table.name}: expected a `separator` of the values in column "
                f"{options.column!r}, got none: set it, such as '|'"
            )
        lists = pc.split_pattern(to_strings(table.name, options, cells), options.separator)
    entity = entity[pc.list_parent_indices(lists).to_numpy()]
    values = to_strings(table.name, options, pc.list_flatten(lists))
    return _flags("multi_valued", entity, values, size, NO_VALUE)


def is_list(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def to_strings(name: str, options: FeatureColumn, values: Any) -> pa.StringArray:
    """The values as text without whitespace around it, "" for null."""
    try:
        text = pc.utf8_trim_whitespace(values.cast(pa.string())).fill_null("")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"{name}, column {options.column!r}: expected text or numbers for a {options.kind} "
            f"feature, got {values.type}: name another column or kind"
        ) from error
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def _flags(
    kind: Any, entity: IntArray, values: pa.StringArray, size: int, blank: Iterable[str]
) -> FeatureBlock:
    text = pd.Series(values.to_numpy(zero_copy_only=False), dtype=object)
    known = ~text.isin(list(blank)).to_numpy()
    codes, columns = pd.factorize(text[known], sort=True)
    # A value that a cell names twice is one flag.
    pairs = np.unique(np.column_stack([entity[known], codes]).astype(np.int64), axis=0)
    matrix = sp.csr_array(
        (np.ones(len(pairs), np.float32), (pairs[:, 0], pairs[:, 1])), shape=(size, len(columns))
    )
    return FeatureBlock(kind, matrix, np.asarray(list(columns), np.str_))


def _numeric(
    table: Table, name: str, options: FeatureColumn, rows: IntArray, entity: IntArray, size: int
) -> FeatureBlock:
    numbers = read_numbers(table, options.column)
    too_large = np.abs(numbers.values) > np.finfo(np.float32).max
    if (wrong := numbers.wrong | too_large).any():
        raise table.fault(
            int(wrong.argmax()),
            "a finite number or nothing",
            options.column,
            "write it with a decimal point, leave it blank, or make the feature categorical",
        )
    known = ~numbers.missing[rows]
    values = numbers.values[rows[known]].astype(np.float32)
    entry = (values, (entity[known], np.zeros(len(values), np.int64)))
    return FeatureBlock("numeric", sp.csr_array(entry, shape=(size, 1)), np.array([name]))
