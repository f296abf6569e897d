"""Three ways to write the same rows."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphrec.answers.output import NUMBER, harmless, text_of
from graphrec.config.text import printable

COLUMNS = ["item", "title", "score"]
ROWS = [
    {"item": "01", "title": "Café, the \x1b[31m", "score": 0.123456},
    {"item": "2", "title": "[bold]:smile:", "score": -7.0},
]


def test_the_three_say_the_same():
    assert json.loads(text_of(ROWS, COLUMNS, "json")) == ROWS
    rows = list(csv.DictReader(io.StringIO(text_of(ROWS, COLUMNS, "csv"))))
    assert rows == [{name: str(value) for name, value in row.items()} for row in ROWS]
    lines = text_of(ROWS, COLUMNS, "table").splitlines()
    assert [line.split() for line in lines] == [
        COLUMNS,
        ["01", "Café,", "the", r"\x1b[31m", "0.1235"],
        ["2", "[bold]:smile:", "-7.0000"],
    ]


@pytest.mark.parametrize(("form", "expected"), [("json", "[]"), ("csv", "item,title,score")])
def test_no_rows(form, expected):
    assert text_of([], COLUMNS, form) == expected
    assert text_of([], COLUMNS, "table").split() == COLUMNS


def test_a_table_in_a_file_cuts_nothing():
    title = "long " * 100 + "end"
    table = text_of([{"item": "1", "title": title, "score": None}], COLUMNS, "table")
    assert f"{title}  -" in table


@pytest.mark.parametrize("title", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_runs_no_title(title):
    assert harmless(title) == f"'{title}"


@pytest.mark.parametrize("value", ["-5", "+1.5", "Fargo", "", 7, -0.5, None])
def test_the_rest_stays_as_it_is(value):
    assert harmless(value) is value


@given(st.text())
def test_a_terminal_is_never_commanded(text):
    assert printable(text).isprintable()
    value = harmless(text)
    assert NUMBER.fullmatch(text) or value[:1] not in tuple("=+-@\t\r")
    assert value.removeprefix("'") == text.removeprefix("'")


def test_a_csv_keeps_lines_quotes_markup_and_control_characters_in_their_cell():
    title = 'two\nlines\r, "quoted", <b>bold</b>, \x1b[31m'
    text = text_of([{"item": "1", "title": title, "score": 1.0}], COLUMNS, "csv")
    assert [row["title"] for row in csv.DictReader(io.StringIO(text, newline=""))] == [title]
