"""Text tables: CSV, TSV and their like, read by pyarrow once no quote is left open."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from graphrec.config.datasets import Column, FileFormat
from graphrec.data.errors import DataError
from graphrec.data.tables.records import TextFile
from graphrec.data.tables.stream import delimiter, open_utf8
from graphrec.data.tables.table import Table, check_names, positions

PARSED = 1 << 24  # bytes that pyarrow parses at a time


def read_text(
    path: Path, name: str, columns: Iterable[Column], options: FileFormat, encoded: set[Column]
) -> Table:
    """`columns` of a text table, plain or gzipped, all as strings, `encoded` ones as dictionaries.

    Raises DataError where the file is not a table of `options`: encoding, quotes, number of fields,
    columns, or no rows.
    """
    file = TextFile(path, name, options)
    quoted = file.check()
    header = next(file.records(), None)
    if header is None:
        raise DataError(f"{name}: expected rows, got an empty file: export it again")
    names = [field.strip() for field in header[1]]
    if options.header:
        check_names(name, names)
    fields = positions(name, names, columns, options.header)
    rows = _parse(file, {at: column in encoded for column, at in fields.items()}, quoted)
    rows = rows.slice(1 if options.header else 0)
    if not len(rows):
        raise DataError(f"{name}: expected rows below the header, got none: export it again")
    return Table(name, {column: rows[f"f{at}"] for column, at in fields.items()}, file.place)


def _parse(file: TextFile, encoded: dict[int, bool], quoted: bool) -> pa.Table:
    """Columns f0, f1, … at the positions `encoded`: strings, or dictionaries where it is true.

    The header is the first row.
    """
    restored = quoted and delimiter(file.options) != file.options.separator
    strings = pa.dictionary(pa.int32(), pa.string())
    types = {
        f"f{at}": strings if of and not restored else pa.string() for at, of in encoded.items()
    }
    with open_utf8(file.path, file.options) as stream:
        try:
            rows = pyarrow.csv.read_csv(
                stream,
                read_options=pyarrow.csv.ReadOptions(
                    autogenerate_column_names=True, block_size=PARSED
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=delimiter(file.options),
                    quote_char=file.options.quote if quoted else False,
                    newlines_in_values=quoted,
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=types, include_columns=list(types), check_utf8=False
                ),
            )
        except pa.ArrowInvalid as error:
            file.check_widths()
            raise DataError(f"{file.name}: expected a text table, got {error}") from error
    if restored:
        for at, column in enumerate(types):
            text = pc.replace_substring(
                rows[column], delimiter(file.options), file.options.separator
            )
            rows = rows.set_column(at, column, text)
    return rows
