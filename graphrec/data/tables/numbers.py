"""Columns of numbers, written as text or stored as such."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graphrec.config.datasets import Column
from graphrec.data.errors import DataError
from graphrec.data.tables.table import Table

DECIMAL = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
"""A number with a decimal point: neither `3,5` nor `nan` nor `inf`."""


class Numbers(NamedTuple):
    """A column of n numbers."""

    values: NDArray[np.float64]
    """(n,) NaN where there is none."""
    missing: NDArray[np.bool_]
    """(n,) blank, or null or NaN in a Parquet file."""
    wrong: NDArray[np.bool_]
    """(n,) neither missing nor a finite number."""


def read_numbers(table: Table, column: Column) -> Numbers:
    """Raises DataError where the column's type is no number at all."""
    values = table.columns[column]
    if is_text(values.type):
        return _parse(values)
    if pa.types.is_boolean(values.type) or not (
        pa.types.is_integer(values.type)
        or pa.types.is_floating(values.type)
        or pa.types.is_decimal(values.type)
    ):
        raise DataError(
            f"{table.name}, column {column!r}: expected numbers, got {values.type}: store them as "
            "numbers, or name another column"
        )
    numbers = values.cast(pa.float64(), safe=False).to_numpy()  # null becomes NaN
    return Numbers(numbers, np.isnan(numbers), np.isinf(numbers))


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds strings, encoded as a dictionary or not."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _parse(column: pa.ChunkedArray) -> Numbers:
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    encoded = column.unify_dictionaries().combine_chunks()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    text = pc.utf8_trim_whitespace(encoded.dictionary.cast(pa.string()))
    blank = _flags(pc.equal(text, ""))
    decimal = pc.match_substring_regex(text, DECIMAL)
    parsed = pc.if_else(decimal, text, pa.scalar(None, pa.string())).cast(pa.float64())
    values = parsed.to_numpy(zero_copy_only=False)
    # The last entry of each answers for -1, a null.
    missing = np.append(blank, True)[codes]
    wrong = np.append(~np.isfinite(values) & ~blank, False)[codes]
    return Numbers(np.append(values, np.nan)[codes], missing, wrong)


def _flags(mask: pa.BooleanArray) -> NDArray[np.bool_]:
    return np.asarray(mask.fill_null(False).to_numpy(zero_copy_only=False), bool)
