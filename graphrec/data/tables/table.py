"""Columns of a file, text or Parquet alike, and where in the file a row of them is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa

from graphrec.config.datasets import Column
from graphrec.data.errors import DataError


@dataclass(frozen=True)
class Table:
    """Some columns of a file, n rows each."""

    name: str
    """The file's, as the options have it."""
    columns: Mapping[Column, pa.ChunkedArray]
    """Of a text file strings, or dictionaries of them; of a Parquet file what it holds."""
    place: Callable[[int], str]
    """Where a row is, counted from 0: "line 7" as an editor counts, or "row 7"."""

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def fault(self, row: int, expected: str, column: Column, advice: str) -> DataError:
        """What to raise where the value of `column` in `row` is not the `expected` one."""
        value = self.columns[column][int(row)].as_py()
        got = "nothing" if value is None or value == "" else repr(value)
        return DataError(
            f"{self.name}, {self.place(int(row))}, column {column!r}: expected {expected}, got "
            f"{got}: {advice}"
        )


def path_below(folder: Path, path: str) -> Path:
    """The file or folder `path`, which may not leave `folder`. Raises DataError if it does, or is
    not there."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path:
        raise DataError(f"expected a path below {folder}, got {path!r}: put the file there")
    target = folder / pure
    if not target.exists():
        names = ", ".join(sorted(other.name for other in folder.glob("*"))) or "nothing"
        raise DataError(f"expected a file {path!r} in {folder}, got {names}: put the file there")
    return target


def positions(
    name: str, names: list[str], columns: Iterable[Column], header: bool
) -> dict[Column, int]:
    """Where `columns` are among those of a file.

    Raises DataError where one is not there, or two have one name.
    """
    return {column: _position(name, names, column, header) for column in columns}


def _position(name: str, names: list[str], column: Column, header: bool) -> int:
    listed = ", ".join(map(repr, names))
    if isinstance(column, int):
        if not 0 <= column < len(names):
            raise DataError(
                f"{name}: expected a column at position {column}, got {len(names)} of them, "
                f"counted from 0 ({listed}): is `separator` right?"
            )
        return column
    if not header:
        raise DataError(
            f"{name}: expected the position of a column, as there is no header, got the name "
            f"{column!r}: count from 0, or set `header: true`"
        )
    if (count := names.count(column)) != 1:
        raise DataError(
            f"{name}: expected one column {column!r}, got {count or 'none'} among {listed}: name "
            "the right one, or set `separator` or `header`"
        )
    return names.index(column)


def check_names(name: str, names: list[str]) -> None:
    """Raises DataError where two columns have one name."""
    twice = sorted({other for other in names if other and names.count(other) > 1})
    if twice:
        raise DataError(
            f"{name}: expected a name for each column, got {', '.join(map(repr, twice))} more than "
            "once: rename one of them"
        )
