"""Text files as streams of UTF-8: unzipped, decoded, with one character between the fields."""

import codecs
import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from graphrec.config.datasets import FileFormat
from graphrec.data.errors import DataError

BLOCK = 1 << 20  # bytes read at a time
MOST_BYTES = 1 << 34  # of a table, unzipped: a zipped one may have no end
GZIP_MAGIC = b"\x1f\x8b"
UNIT_SEPARATOR = "\x1f"
"""Stands for separators of several bytes, which pyarrow.csv does not know."""


def delimiter(options: FileFormat) -> str:
    """What is between the fields of an `open_utf8` stream."""
    return options.separator if len(options.separator.encode()) == 1 else UNIT_SEPARATOR


def open_utf8(path: Path, options: FileFormat) -> io.BufferedReader:
    """`path` as UTF-8 without a byte-order mark, its fields divided by `delimiter(options)`.

    Reading raises DataError where the file is not text in `options.encoding`, or is cut short.
    """
    return io.BufferedReader(Utf8Stream(path, options), BLOCK)


class Utf8Stream(io.RawIOBase):
    """See `open_utf8`."""

    def __init__(self, path: Path, options: FileFormat) -> None:
        try:
            "".encode(options.encoding)  # fails for codecs that are not of text, such as base64
            self._decoder = codecs.getincrementaldecoder(options.encoding)()
        except LookupError as error:
            raise DataError(
                f"{path.name}: expected an encoding that Python knows, got {options.encoding!r}: "
                "name one such as utf-8 or latin-1"
            ) from error
        self._name = path.name
        self._options = options
        self._delimiter = delimiter(options)
        with path.open("rb") as file:
            zipped = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        self._file = cast(BinaryIO, (gzip.open if zipped else open)(path, "rb"))
        self._lines, self._size = 0, 0
        self._start = self._unzip().removeprefix(codecs.BOM_UTF8)
        self._line = ""  # the beginning of one that goes on in the next block
        self._ready = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()

    # RawIOBase takes any writable buffer; its one caller, a buffered reader, gives a memoryview.
    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready and not self._ended:
            self._ready = memoryview(self._next_block().encode())
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _next_block(self) -> str:
        raw = self._start or self._unzip()
        self._start = b""
        self._ended = not raw
        text = self._decode(raw)
        if self._delimiter == self._options.separator:
            return text
        if self._delimiter in text:
            raise DataError(
                f"{self._name}: expected no unit separator (\\x1f) beside the separator "
                f"{self._options.separator!r}, got one: replace it"
            )
        text = self._line + text
        whole = len(text) if self._ended else text.rfind("\n") + 1
        self._line = text[whole:]
        if len(self._line) > BLOCK:
            raise DataError(
                f"{self._name}: expected lines of at most {BLOCK:,} characters, got a longer one: "
                "is it a text file with a line an entry?"
            )
        return text[:whole].replace(self._options.separator, self._delimiter)

    def _unzip(self) -> bytes:
        try:
            block = self._file.read(BLOCK)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError(
                f"{self._name}: expected a whole gzip file, got {error}: fetch or zip it again"
            ) from error
        self._size += len(block)
        if self._size > MOST_BYTES:
            raise DataError(
                f"{self._name}: expected at most {MOST_BYTES:,} bytes of text, got more: leave out "
                "columns, or save it as Parquet"
            )
        return block

    def _decode(self, raw: bytes) -> str:
        try:
            text = self._decoder.decode(raw, self._ended)
        except UnicodeDecodeError as error:
            place = self._lines + error.object[: error.start].count(b"\n") + 1
            raise DataError(
                f"{self._name}, line {place}: expected text in {self._options.encoding}, got the "
                f"byte 0x{error.object[error.start]:02x}: set `encoding: latin-1`, or whatever the "
                "file is written in"
            ) from error
        if "\0" in text:
            place = self._lines + text[: text.index("\0")].count("\n") + 1
            raise DataError(
                f"{self._name}, line {place}: expected text, got a zero byte: is it a text table "
                f"in {self._options.encoding}?"
            )
        self._lines += text.count("\n")
        return text
