"""Parquet tables: a file, or a folder of them whose subfolders may be named `key=value`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset

from graphrec.config.datasets import Column
from graphrec.data.errors import DataError
from graphrec.data.tables.table import Table, check_names, positions

MAGIC = b"PAR1"
MOST_ROWS = 500_000_000
"""Of a table: whole columns are held in memory."""


class Columns(Mapping[Column, pa.ChunkedArray]):
    """Columns that are read when they are asked for, of which the last is held and no other.

    Asking raises DataError where the file is damaged.
    """

    def __init__(
        self, name: str, dataset: pyarrow.dataset.Dataset, names: dict[Column, str]
    ) -> None:
        self._file = name
        self._dataset = dataset
        self._names = names
        self._last: tuple[Column, pa.ChunkedArray] | None = None

    def __getitem__(self, column: Column) -> pa.ChunkedArray:
        if self._last is None or self._last[0] != column:
            self._last = None  # let go of before the next one is read
            name = self._names[column]
            with _readable(self._file):
                values = self._dataset.to_table(columns=[name])[name]
            # Much of pyarrow.compute does not know string views.
            if pa.types.is_string_view(values.type):
                values = values.cast(pa.string())
            self._last = column, values
        return self._last[1]

    def __iter__(self) -> Iterator[Column]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{name}: expected a whole Parquet file, got {error}") from error


def is_parquet(path: Path) -> bool:
    """Whether `path` is a folder or a file that begins as Parquet files do."""
    if path.is_dir():
        return True
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def read_parquet(path: Path, name: str, columns: Iterable[Column]) -> Table:
    """`columns` of a Parquet file or folder, read one by one, with the types that they have there.

    Keys of subfolders are strings as they are written: `user_id=0042` is "0042". Files come in the
    order of their paths. Raises DataError where it cannot be read, or has no rows.
    """
    files = _files(path) if path.is_dir() else [path]
    if not files:
        raise DataError(f"{name}: expected Parquet files in the folder, got none: put them there")
    below = [file.relative_to(path).parts[:-1] for file in files]
    keys = dict.fromkeys(
        match[1] for folders in below for folder in folders if (match := re.match("(.+?)=", folder))
    )
    schema = pa.schema([(key, pa.string()) for key in keys])
    with _readable(name):
        dataset = pyarrow.dataset.dataset(
            [str(file) for file in files],
            format="parquet",
            partitioning=pyarrow.dataset.partitioning(schema, flavor="hive") if keys else None,
            partition_base_dir=str(path),
        )
        names = dataset.schema.names
        check_names(name, names)
        fields = positions(name, names, columns, header=True)
        if (count := dataset.count_rows()) > MOST_ROWS:
            raise DataError(
                f"{name}: expected at most {MOST_ROWS:,} rows, got {count:,}: sample fewer users"
            )
    if not count:
        raise DataError(f"{name}: expected rows, got none: export it again")
    selected = Columns(name, dataset, {column: names[at] for column, at in fields.items()})
    return Table(name, selected, lambda row: f"row {row + 1}")


def _files(folder: Path) -> list[Path]:
    """All files below `folder` but those that Spark and others write beside the data."""
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file()
        and not any(name.startswith(("_", ".")) for name in file.relative_to(folder).parts)
    )
