"""Text tables as records: where each begins, and whether its quotes and fields are in order."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from graphrec.config.datasets import FileFormat
from graphrec.data.errors import DataError
from graphrec.data.tables.stream import BLOCK, delimiter, open_utf8

LONGEST = 1 << 24
"""Characters of a value, at most."""
csv.field_size_limit(LONGEST)  # the default, 131,072, is less than some descriptions have


class TextFile:
    """A text table as records of fields."""

    def __init__(self, path: Path, name: str, options: FileFormat) -> None:
        self.path = path
        self.name = name
        self.options = options

    def check(self) -> bool:
        """Whether there are quotes; raises DataError unless all is text and they are closed."""
        quote = (self.options.quote or "").encode()
        quoted = False
        with open_utf8(self.path, self.options) as stream:
            while block := stream.read(BLOCK):
                quoted = quoted or (bool(quote) and quote in block)
        if quoted:
            for _ in self.records():
                pass
        return quoted

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

    def check_widths(self) -> None:
        """Raises DataError where a record has more or fewer fields than the first."""
        records = self.records()
        start, header = next(records)
        for at, fields in records:
            if len(fields) != len(header):
                raise DataError(
                    f"{self.name}, line {at}: expected {len(header)} fields as in line {start}, "
                    f"got {len(fields)}: mend the row, or quote a value that holds "
                    f"{self.options.separator!r}"
                )
