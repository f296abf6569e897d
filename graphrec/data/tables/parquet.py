"""Parquet tables: a file, or a folder of them whose subfolders may be named `key=value`."""

import re
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset

from graphrec.config.datasets import Column
from graphrec.data.errors import DataError
from graphrec.data.tables.table import Table, check_names, positions

MAGIC = b"PAR1"
MOST_ROWS = 500_000_000
"""Of a table: its columns are held in memory."""


def is_parquet(path: Path) -> bool:
    """Whether `path` is a folder or a file that begins as Parquet files do."""
    if path.is_dir():
        return True
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def read_parquet(path: Path, name: str, columns: Iterable[Column]) -> Table:
    """`columns` of a Parquet file or folder, with the types that they are stored in.

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
    try:
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
        rows = dataset.to_table(columns=sorted({names[at] for at in fields.values()}))
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{name}: expected a whole Parquet file, got {error}") from error
    if not len(rows):
        raise DataError(f"{name}: expected rows, got none: export it again")
    selected = {column: _known_type(rows[names[at]]) for column, at in fields.items()}
    return Table(name, selected, lambda row: f"row {row + 1}")


def _known_type(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Much of pyarrow.compute does not know string views."""
    return column.cast(pa.string()) if pa.types.is_string_view(column.type) else column


def _files(folder: Path) -> list[Path]:
    """All files below `folder` but those that Spark and others write beside the data."""
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file()
        and not any(name.startswith(("_", ".")) for name in file.relative_to(folder).parts)
    )
