"""Tables made to fill the memory: refused before they do."""

import gzip

import pyarrow as pa
import pyarrow.parquet
import pytest

from graphrec.data.errors import DataError
from graphrec.data.tables import parquet, stream
from tests.data.readers.own import EVENTS, read_files

MANY = 200_000
TWO_CHARACTERS = {**EVENTS, "format": {"separator": "::"}}


def test_a_small_zip_of_much_text(tmp_path, monkeypatch):
    monkeypatch.setattr(stream, "MOST_BYTES", 1_000_000)
    packed = gzip.compress(b"user,item\n" + b"u1,i1\n" * MANY)
    assert len(packed) < 5_000
    with pytest.raises(DataError, match="at most 1,000,000 bytes of text, got more: leave out"):
        read_files(tmp_path, {"events.csv": packed}, EVENTS)


@pytest.mark.parametrize("table", [EVENTS, TWO_CHARACTERS], ids=["one", "two"])
def test_a_line_without_an_end(tmp_path, table):
    separator = table.get("format", {"separator": ","})["separator"]
    header = separator.join(("user", "item")).encode()
    packed = gzip.compress(header + b"\n" + b"u" * 20_000_000)
    with pytest.raises(DataError, match="expected") as error:
        read_files(tmp_path, {"events.csv": packed}, table)
    assert len(str(error.value)) < 1_000


def test_a_parquet_file_of_many_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "MOST_ROWS", MANY - 1)
    table = pa.table({"user": ["u"] * MANY, "item": ["i"] * MANY})
    pyarrow.parquet.write_table(table, tmp_path / "events.parquet")
    with pytest.raises(DataError, match="at most 199,999 rows, got 200,000: sample fewer users"):
        read_files(tmp_path, {}, {**EVENTS, "interactions": "events.parquet"})
