"""Text tables: CSV, TSV and their like, read by pyarrow once no quote is left open."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from graphrec.config.datasets import Column, FileFormat
from graphrec.data.errors import DataError
from graphrec.data.tables.stream import BLOCK, delimiter, open_utf8
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
    quotes = file.check()
    header = next(file.records(), None)
    if header is None:
        raise DataError(f"{name}: expected rows, got an empty file: export it again")
    names = [field.strip() for field in header[1]]
    if options.header:
        check_names(name, names)
    fields = positions(name, names, columns, options.header)
    rows = file.parse({at: column in encoded for column, at in fields.items()}, quotes)
    rows = rows.slice(1 if options.header else 0)
    if not len(rows):
        raise DataError(f"{name}: expected rows below the header, got none: export it again")
    return Table(name, {column: rows[f"f{at}"] for column, at in fields.items()}, file.place)


class Quotes(NamedTuple):
    """What quotes a file has."""

    some: bool
    other: bool
    """Some that are not around a value on one line."""


def _quoted_values(mark: bytes, quote: bytes) -> re.Pattern[bytes]:
    """Of values in quotes on one line; where nothing else has quotes, none can be open."""
    mark, quote = re.escape(mark), re.escape(quote)
    inside = b"(?:[^\r\n" + quote + b"]|" + quote * 2 + b")*"
    return re.compile(
        b"(?<=[\r\n" + mark + b"])" + quote + inside + quote + b"(?=[\r\n" + mark + b"])"
    )


class TextFile:
    """A text table as records of fields."""

    def __init__(self, path: Path, name: str, options: FileFormat) -> None:
        self.path = path
        self.name = name
        self.options = options

    def check(self) -> Quotes:
        """Which quotes there are; raises DataError unless all is text and they are closed."""
        quote = (self.options.quote or "").encode()
        plain = _quoted_values(delimiter(self.options).encode(), quote)
        some = other = False
        with open_utf8(self.path, self.options) as stream:
            while block := stream.read(BLOCK) + stream.readline():
                if quote and quote in block:
                    some = True
                    other = other or quote in plain.sub(b"", b"\n" + block)
        if other:
            for _ in self.records():
                pass
        return Quotes(some, other)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Each record that is not blank: the number of its first line, from 1, and its fields.

        Slow and exact: pyarrow takes `"a"b` for a value, and a quote that is left open for a value
        of many lines.
        """
        physical: list[str] = []

        def remembered(text: io.TextIOWrapper) -> Iterator[str]:
            for row in text:
                physical.append(row)
                yield row

        with io.TextIOWrapper(open_utf8(self.path, self.options), "utf-8", newline="") as text:
            reader = csv.reader(
                remembered(text),
                delimiter=delimiter(self.options),
                quotechar=self.options.quote,
                quoting=csv.QUOTE_MINIMAL if self.options.quote else csv.QUOTE_NONE,
                strict=True,
            )
            try:
                for fields in reader:
                    first = reader.line_num - len(physical) + 1
                    if len(physical) > 1 and self._are_rows(physical, len(fields)):
                        raise csv.Error("several rows in one value")
                    physical.clear()
                    if fields:
                        yield first, fields
            except csv.Error as error:
                raise DataError(
                    f"{self.name}, line {reader.line_num - len(physical) + 1}: expected quotes "
                    f"around whole values, got one left open or within a value ({error}): close or "
                    "double it, or set `quote: null` if quotes are characters as any other"
                ) from error

    def _are_rows(self, physical: list[str], num_fields: int) -> bool:
        """Whether each line of a record would be a row by itself: a quote has swallowed them."""
        mark = delimiter(self.options)
        return all(row.count(mark) + 1 == num_fields for row in physical if row.strip())

    def place(self, row: int) -> str:
        """The line that row `row` begins in, counted from 0 without the header."""
        wanted = row + self.options.header
        return next(
            f"line {at}" for number, (at, _) in enumerate(self.records()) if number == wanted
        )

    def parse(self, encoded: dict[int, bool], quotes: Quotes) -> pa.Table:
        """Columns f0, f1, … at the positions `encoded`: strings, or dictionaries where it is true.

        The header is the first row.
        """
        restored = quotes.some and delimiter(self.options) != self.options.separator
        strings = pa.dictionary(pa.int32(), pa.string())
        types = {
            f"f{at}": strings if of and not restored else pa.string() for at, of in encoded.items()
        }
        with open_utf8(self.path, self.options) as stream:
            try:
                rows = pyarrow.csv.read_csv(
                    stream,
                    read_options=pyarrow.csv.ReadOptions(
                        autogenerate_column_names=True, block_size=PARSED
                    ),
                    parse_options=pyarrow.csv.ParseOptions(
                        delimiter=delimiter(self.options),
                        quote_char=self.options.quote if quotes.some else False,
                        newlines_in_values=quotes.other,
                    ),
                    convert_options=pyarrow.csv.ConvertOptions(
                        column_types=types, include_columns=list(types), check_utf8=False
                    ),
                )
            except pa.ArrowInvalid as error:
                self._check_widths()
                raise DataError(f"{self.name}: expected a text table, got {error}") from error
        if restored:
            for at, column in enumerate(types):
                text = pc.replace_substring(
                    rows[column], delimiter(self.options), self.options.separator
                )
                rows = rows.set_column(at, column, text)
        return rows

    def _check_widths(self) -> None:
        records = self.records()
        start, header = next(records)
        for at, fields in records:
            if len(fields) != len(header):
                raise DataError(
                    f"{self.name}, line {at}: expected {len(header)} fields as in line {start}, "
                    f"got {len(fields)}: mend the row, or quote a value that holds "
                    f"{self.options.separator!r}"
                )
