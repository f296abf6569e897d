"""Tables that cannot be used: each with what the reader says of it."""

import gzip
import re

import pyarrow as pa
import pyarrow.parquet
import pytest

from graphrec.data.errors import DataError
from tests.data.readers.own import EVENTS, ITEMS, RATINGS, STARS, read_files

HEADER = "user,item,rating,time\n"
GOOD = HEADER + "u1,i1,4,10\nu2,i2,3,11\n"
TIMED = {**EVENTS, "timestamp": "time"}
ISO = {**TIMED, "timestamp_unit": "iso"}
TESTED = {**EVENTS, "test": "test.csv"}
PRICED = {"features": {"price": {"column": "price", "kind": "numeric"}}}
TITLED = {**EVENTS, "items": {**ITEMS, "title": "title"}}

FAULTS = {
    # What is no table
    "no such file": (None, EVENTS, "expected a file 'events.csv'"),
    "empty": ("", EVENTS, "events.csv: expected rows, got an empty file"),
    "blank lines": ("\n\n", EVENTS, "got an empty file"),
    "byte-order mark alone": (b"\xef\xbb\xbf", EVENTS, "got an empty file"),
    "header alone": (HEADER, EVENTS, "expected rows below the header, got none"),
    "no such column": (GOOD, {**EVENTS, "user": "who"}, "'who', got none among 'user', 'item'"),
    "column too far": (GOOD, {**EVENTS, "user": 9}, "column at position 9, got 4"),
    "negative column": (GOOD, {**EVENTS, "user": -1}, "column at position -1, got 4"),
    "name without header": (GOOD, {**EVENTS, "format": {"header": False}}, "as there is no header"),
    "name twice": ("user,item,user\na,b,c\n", EVENTS, "'user' more than once"),
    "wrong separator": ("user;item\na;b\n", EVENTS, "got none among 'user;item'"),
    "wrong separator, no header": (
        "a;b\n",
        {**EVENTS, "user": 0, "item": 1, "format": {"header": False}},
        "position 1, got 1 of them.*`separator`",
    ),
    "too many fields": (GOOD + "u3,i3,3,4,5\n", EVENTS, "line 4: expected 4 fields.*got 5"),
    "too few fields": (HEADER + "\nu3,i3\n", EVENTS, "line 3: expected 4 fields.*got 2"),
    "absolute path": (GOOD, {**EVENTS, "interactions": "/etc/passwd"}, "expected a path below"),
    "path outside": (GOOD, {**EVENTS, "interactions": "../events.csv"}, "expected a path below"),
    "no such encoding": (GOOD, {**EVENTS, "format": {"encoding": "utf8mb4"}}, "'utf8mb4'"),
    "no encoding of text": (GOOD, {**EVENTS, "format": {"encoding": "base64"}}, "'base64'"),
    "folder of no Parquet": ({"events.csv": None}, {**EVENTS, "interactions": "."}, "got none"),
    "latin-1": (
        "user,item\nu1,a\nu2,caf\xe9\n".encode("latin-1"),
        EVENTS,
        "line 3: expected text in utf-8, got the byte 0xe9: set `encoding: latin-1`",
    ),
    "utf-16": ("user,item\na,b\n".encode("utf-16-le"), EVENTS, "line 1.*zero byte"),
    "cut gzip": (gzip.compress(GOOD.encode() * 99)[:60], EVENTS, "expected a whole gzip file"),
    "cut Parquet": (b"PAR1 and no more", EVENTS, "expected a whole Parquet file"),
    # Quotes
    "quote swallows two rows": (
        'user,item\nu0,i\nu1,"i1\nu2,i2\nu3,i3"\nu4,i4\n',
        EVENTS,
        "events.csv, line 3: .*quote",
    ),
    "quote to the end": ('user,item\nu1,"i1\nu2,i2\n', EVENTS, "line 2: .*quotes.*left open"),
    "quote to the next one": ('user,item\nu1,"i1\nu2,"i2"\n', EVENTS, "line 2: .*quotes"),
    "text after a quote": ('user,item\nu1,"Weird" Al\n', EVENTS, "line 2: .*`quote: null`"),
    "id of two lines": ('user,item\nu1,"a\nb"\nu2,c\n', EVENTS, "line 2, .*one line, got 'a.nb'"),
    # Ratings and times
    "text": (HEADER + "u1,i1,good,1\n", RATINGS, "line 2, column 'rating': .* got 'good'"),
    "line after blank ones": (GOOD + "\n\nu3,i3,x,1\n", RATINGS, "line 6, .* got 'x'"),
    "line after left out ones": (HEADER + ",i1,3,1\nu1,i1,x,1\n", RATINGS, "line 3, .* got 'x'"),
    "line after a title of two": (
        'user,item,rating,note\nu1,i1,4,"a\nb"\nu2,i2,x,\n',
        RATINGS,
        "line 4, .* got 'x'",
    ),
    "blank rating": (GOOD + "u3,i3,,1\n", RATINGS, "line 4, .* got nothing"),
    "NaN": (GOOD + "u3,i3,nan,1\n", RATINGS, "rating from 0.5 to 5, got 'nan'"),
    "infinite": (GOOD + "u3,i3,-inf,1\n", RATINGS, "got '-inf'"),
    "too high": (GOOD + "u3,i3,5.5,1\n", RATINGS, "line 4, .* got '5.5'"),
    "too low": (GOOD + "u3,i3,0,1\n", RATINGS, "line 4, .* got '0'"),
    "decimal comma": (HEADER + 'u1,i1,"3,5",1\n', RATINGS, "got '3,5'"),
    "rating without a scale": (GOOD, RATINGS, None, "expected `ratings` to say the scale"),
    "likes and dislikes": (
        HEADER + "u1,i1,-1,1\nu2,i2,+1,1\n",
        RATINGS,
        None,
        "expected `ratings` to say the scale",
    ),
    "scale without a rating": (GOOD, EVENTS, dict(STARS), "expected a rating column for the scale"),
    "ratings counted": (GOOD, {**RATINGS, "duplicates": "count"}, "got count: events alone"),
    "text as a time": (HEADER + "u1,i1,4,noon\n", TIMED, "line 2, .*time in s .*got 'noon'"),
    "blank time": (HEADER + "u1,i1,4,\n", TIMED, "line 2, .* got nothing"),
    "milliseconds as seconds": (HEADER + "u1,i1,4,1714557600000\n", TIMED, "years 1 to 9999"),
    "beyond 64 bits": (HEADER + "u1,i1,4,99999999999999999999\n", TIMED, "years 1 to 9999"),
    "no such day": (HEADER + "u1,i1,4,2023-02-29\n", ISO, "date as 2024-05-01.*'2023-02-29'"),
    "day first": (HEADER + "u1,i1,4,31/12/2023\n", ISO, "got '31/12/2023'"),
    "a number as a date": (HEADER + "u1,i1,4,1714557600\n", ISO, "got '1714557600'"),
    # Rows
    "all users blank": ("user,item\n,a\n ,b\n", EVENTS, "got 2 without"),
    "pair twice": (GOOD + "u1,i1,4,2\n", EVENTS, "got 2 rows for 1 pairs, first 'u1' and 'i1'"),
    "none left": (GOOD, {**EVENTS, "min_user_interactions": 3}, "got none after leaving out 2 us"),
    "one item": (
        "user,item\nu1,a\nu2,a\n",
        EVENTS,
        "got none after .* 2 users who have every item",
    ),
    "one file twice": (GOOD, {**EVENTS, "test": "events.csv"}, "expected a file for each part"),
    "empty test": ({"test.csv": ""}, TESTED, "test.csv: expected rows, got an empty file"),
    "test without rows": ({"test.csv": "user,item\n"}, TESTED, "test.csv: .* below the header"),
    "pair in train and test": (
        {"test.csv": "user,item\nu2,i2\nu1,i1\nu1,i2\n"},
        TESTED,
        "got 2 in both events.csv and test.csv, first 'u1' and 'i1'",
    ),
    "test row three times": (
        {"test.csv": "user,item\nu1,i2\nu1,i2\nu1,i2\n"},
        TESTED,
        "test.csv: .*got 3 rows for 1 pairs",
    ),
    # Items
    "item twice": (
        {"items.csv": "item,title\ni1,A\ni2,B\ni1,C\n"},
        TITLED,
        "items.csv, line 4, column 'item': .*1 repeat",
    ),
    "latin-1 title": (
        {"items.csv": "item,title\ni1,A\ni2,Am\xe9lie\n".encode("latin-1")},
        TITLED,
        "items.csv, line 3: expected text in utf-8.*latin-1",
    ),
    "title swallows rows": (
        {"items.csv": 'item,title\ni1,"A\ni2,B"\n'},
        TITLED,
        "items.csv, line 2: .*several rows in one value",
    ),
    "items without ids": ({"items.csv": "item,title\n,A\n"}, TITLED, "got 1 blank rows"),
    "items of another data set": (
        {"items.csv": "item,title\n1,A\n2,B\n"},
        TITLED,
        "such as 'i1', got none in column 'item', which begins with '1'",
    ),
    "text as a price": (
        {"items.csv": "item,price\ni1,1\ni2,free\n"},
        {**EVENTS, "items": {**ITEMS, **PRICED}},
        "items.csv, line 3, column 'price': .*got 'free'",
    ),
    "infinite price": (
        {"items.csv": "item,price\ni1,1\ni2,inf\n"},
        {**EVENTS, "items": {**ITEMS, **PRICED}},
        "got 'inf'",
    ),
    "price beyond single precision": (
        {"items.csv": "item,price\ni1,1\ni2,1e200\n"},
        {**EVENTS, "items": {**ITEMS, **PRICED}},
        "got '1e200'",
    ),
    "values without separator": (
        {"items.csv": "item,genre\ni1,a|b\n"},
        {
            **EVENTS,
            "items": {**ITEMS, "features": {"g": {"column": "genre", "kind": "multi_valued"}}},
        },
        "expected a `separator`",
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_said(tmp_path, fault):
    content, table, *scale, told = fault
    files = content if isinstance(content, dict) else {"events.csv": content}
    files = {"events.csv": GOOD, **files}
    files = {name: text for name, text in files.items() if text is not None}
    with pytest.raises(DataError) as error:
        read_files(tmp_path, files, table, *scale)
    assert re.search(told, str(error.value), re.DOTALL), str(error.value)


PARQUET_FAULTS = {
    "fractions": ({"user": [1.5, 2.0], "item": ["a", "b"]}, "expected ids as text or whole"),
    "large floats": ({"user": [2.0**53, 1.0], "item": ["a", "b"]}, "got double"),
    "booleans": ({"user": [True, False], "item": ["a", "b"]}, "got bool"),
    "lists": ({"user": [[1], [2]], "item": ["a", "b"]}, "expected ids"),
    "no rows": (
        {"user": pa.array([], pa.string()), "item": pa.array([], pa.string())},
        "expected rows, got none",
    ),
}


@pytest.mark.parametrize(("columns", "told"), PARQUET_FAULTS.values(), ids=PARQUET_FAULTS)
def test_a_fault_of_parquet_is_said(tmp_path, columns, told):
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "events.parquet")
    with pytest.raises(DataError, match=told):
        read_files(tmp_path, {}, {**EVENTS, "interactions": "events.parquet"})
