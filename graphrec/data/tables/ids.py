"""Ids of users and items: strings as the files have them, and the numbers that stand for them.

Whitespace around an id is not part of it; everything else is, case and leading zeros included.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graphrec.config.datasets import Column
from graphrec.data.dataset import Strings
from graphrec.data.errors import DataError
from graphrec.data.interactions import IntArray
from graphrec.data.tables.numbers import is_text
from graphrec.data.tables.table import Table

LONGEST = 1000
"""Characters of an id, at most: longer ones are whole rows that were taken for a value."""
EXACT = 2.0**53
"""Up to here a float tells a whole number from the next one."""


@dataclass(frozen=True)
class Ids:
    """A column of n ids."""

    codes: NDArray[np.int32]
    """(n,) the row of `values`, -1 where the id is missing."""
    values: pa.StringArray
    """Distinct, in no order; some may be in no row."""
    num_stripped: int
    """Rows whose id had whitespace around it."""

    def __getitem__(self, rows: NDArray[np.bool_]) -> "Ids":
        return Ids(self.codes[rows], self.values, self.num_stripped)

    @property
    def present(self) -> NDArray[np.bool_]:
        return self.codes >= 0


def read_ids(table: Table, column: Column) -> Ids:
    """The ids of `column`; integers become their decimal strings, blank ones are missing.

    Raises DataError where a value is no id: a fraction, a date, a text of several lines.
    """
    encoded = table.columns[column]
    _check_type(table, column)
    if pa.types.is_dictionary(encoded.type):
        encoded = encoded.unify_dictionaries()
    else:
        encoded = encoded.dictionary_encode()  # one for all chunks
    encoded = encoded.combine_chunks()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    codes = codes.astype(np.int32, copy=False)
    written = pc.if_else(
        pa.array(_used(codes, len(encoded.dictionary))),
        encoded.dictionary,
        pa.scalar(None, encoded.type.value_type),
    )
    text = _to_strings(written, table, column)
    stripped = pc.utf8_trim_whitespace(text)
    wrong = pc.or_(pc.match_substring_regex(stripped, "[\r\n]"), _longer(stripped))
    _check(table, column, codes, wrong, "an id on one line", "is a quote left open?")
    values = pc.unique(stripped.filter(pc.not_equal(stripped, "")))  # without nulls, too
    # The last entry answers for -1.
    code_of = pc.index_in(stripped, value_set=values).fill_null(-1).to_numpy(zero_copy_only=False)
    changed = pc.not_equal(text, stripped).fill_null(False).to_numpy(zero_copy_only=False)
    changed = np.append(changed & (code_of >= 0), False)
    code_of = np.append(code_of, -1).astype(np.int32)
    return Ids(code_of[codes], values, int(changed[codes].sum()))


def _used(codes: NDArray[np.int32], size: int) -> NDArray[np.bool_]:
    """(size,) which of the codes 0, 1, … occur; -1 is none."""
    used = np.zeros(size + 1, bool)
    used[codes] = True
    return used[:-1]


def _longer(text: pa.StringArray) -> pa.BooleanArray:
    return pc.greater(pc.utf8_length(text), LONGEST)


def _check_type(table: Table, column: Column) -> None:
    kind = table.columns[column].type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not (is_text(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise _no_ids(table, column, kind)


def _no_ids(table: Table, column: Column, kind: pa.DataType) -> DataError:
    return DataError(
        f"{table.name}, column {column!r}: expected ids as text or whole numbers, got {kind}: "
        "store them as text"
    )


def _to_strings(values: pa.Array, table: Table, column: Column) -> pa.StringArray:
    if not pa.types.is_floating(values.type):
        return values.cast(pa.string())
    # pandas makes floats of integers beside a blank.
    numbers = values.cast(pa.float64())
    numbers = pc.if_else(pc.is_nan(numbers), pa.scalar(None, numbers.type), numbers)
    whole = pc.and_(pc.equal(numbers, pc.floor(numbers)), pc.less(pc.abs(numbers), EXACT))
    if not pc.all(whole.fill_null(True)).as_py():
        raise _no_ids(table, column, values.type)
    return numbers.cast(pa.int64()).cast(pa.string())


def _check(
    table: Table,
    column: Column,
    codes: NDArray[np.int32],
    wrong: pa.BooleanArray,
    expected: str,
    advice: str,
) -> None:
    faults = np.append(wrong.fill_null(False).to_numpy(zero_copy_only=False), False)
    if faults.any():
        raise table.fault(int(faults[codes].argmax()), expected, column, advice)


def number(columns: Iterable[Ids]) -> tuple[Strings, list[IntArray]]:
    """All ids in use in the columns, sorted, and for each column the numbers (n,) of its rows.

    The numbers are int32. The order is that of the strings, so that it does not depend on the order
    of rows; no id may be missing.
    """
    columns = list(columns)
    in_use = [ids.values.filter(pa.array(_used(ids.codes, len(ids.values)))) for ids in columns]
    every = pc.unique(pa.concat_arrays(in_use))
    every = every.take(pc.sort_indices(every))
    numbers = []
    for ids in columns:
        number_of = pc.index_in(ids.values, value_set=every).fill_null(-1)
        numbers.append(number_of.to_numpy(zero_copy_only=False).astype(np.int32)[ids.codes])
    return np.asarray(every.to_pylist(), np.str_), numbers
