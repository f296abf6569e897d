"""Tables that look odd and are good: each with what the reader makes of it."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from tests.data.readers.own import EVENTS, ITEMS, RATINGS, pairs, read_events, read_files, values_of

HEADER = "user,item\n"
AB = [("a", "x"), ("b", "y")]
LARGE = "9007199254740993,x\n,y\n9007199254740992,z\n"

PAIRS = {
    "leading zeros": (HEADER + "007,x\n7,y\n", {}, [("007", "x"), ("7", "y")]),
    "floats as ids": (HEADER + "1.0,x\n1,y\n", {}, [("1.0", "x"), ("1", "y")]),
    "large ids around a blank": (
        HEADER + LARGE,
        {},
        [("9007199254740993", "x"), ("9007199254740992", "z")],
    ),
    "users called NA, null, None": (
        HEADER + "NA,x\nnull,y\nNone,nan\n",
        {},
        [("NA", "x"), ("null", "y"), ("None", "nan")],
    ),
    "accents, composed and not": (HEADER + "é,x\ne\u0301,y\n", {}, [("é", "x"), ("e\u0301", "y")]),
    "inner spaces": (HEADER + "a b,x\na  b,y\n", {}, [("a b", "x"), ("a  b", "y")]),
    "capitals": (HEADER + "A,x\na,y\n", {}, [("A", "x"), ("a", "y")]),
    "separators in quotes": (HEADER + '"a,b",x\n"a""b",y\n', {}, [("a,b", "x"), ('a"b', "y")]),
    "quotes as characters": (
        HEADER + '"a" b,x\n"c,y\n',
        {"format": {"quote": None}},
        [('"a" b', "x"), ('"c', "y")],
    ),
    "quotes within unquoted ids": (HEADER + '5" disk,x\nb,y\n', {}, [('5" disk', "x"), ("b", "y")]),
    "byte-order mark": (b"\xef\xbb\xbf" + HEADER.encode() + b"a,x\nb,y\n", {}, AB),
    "byte-order mark before a quote": (b'\xef\xbb\xbf"user",item\na,x\nb,y\n', {}, AB),
    "byte-order mark without header": (
        b"\xef\xbb\xbfa,x\nb,y\n",
        {"user": 0, "item": 1, "format": {"header": False}},
        AB,
    ),
    "CRLF": ("user,item\r\na,x\r\nb,y\r\n", {}, AB),
    "no newline at the end": (HEADER + "a,x\nb,y", {}, AB),
    "blank lines": ("\n" + HEADER + "\na,x\n\n\nb,y\n\n", {}, AB),
    "columns by position beside a header": (HEADER + "a,x\nb,y\n", {"user": 0, "item": 1}, AB),
    "columns the other way round": ("item,user\nx,a\ny,b\n", {}, AB),
    "unnamed column": (",user,item\n0,a,x\n1,b,y\n", {}, AB),
    "spaces around names": ("user, item\na,x\nb,y\n", {}, AB),
    "semicolons": ("user;item\na;x\nb;y\n", {"format": {"separator": ";"}}, AB),
    "not in ASCII": ("user¦item\na¦x\nb¦y\n", {"format": {"separator": "¦"}}, AB),
    "four characters": ("user<=>item\na<=>x\nb<=>y\n", {"format": {"separator": "<=>"}}, AB),
    "utf-16": ((HEADER + "a,x\nb,y\n").encode("utf-16"), {"format": {"encoding": "utf-16"}}, AB),
    "latin-1": (
        (HEADER + "ä,x\nb,y\n").encode("latin-1"),
        {"format": {"encoding": "latin-1"}},
        [("ä", "x"), ("b", "y")],
    ),
    "long note": ('user,item,note\na,x,"' + "z" * 200_000 + '"\nb,y,\n', {}, AB),
    "note of two lines": ('user,item,note\na,x,"one,\ntwo, three"\nb,y,\n', {}, AB),
}


@pytest.mark.parametrize(("content", "table", "expected"), PAIRS.values(), ids=PAIRS)
def test_ids_are_as_they_are_written(tmp_path, content, table, expected):
    raw = read_events(tmp_path, content, **table)
    assert pairs(raw) == expected
    assert raw.users.ids.tolist() == sorted({user for user, _ in expected})


def test_rows_without_an_id_are_left_out_and_counted(tmp_path):
    raw = read_events(tmp_path, HEADER + "a,x\n,y\nb,\nb,y\n , \n")
    assert pairs(raw) == AB
    counts = {"rows of events.csv without a user": 2, "rows of events.csv without an item": 1}
    assert raw.left_out == counts


def test_spaces_around_an_id_are_no_part_of_it(tmp_path):
    raw = read_events(tmp_path, HEADER + "u1,x\nu1 ,y\nb,\tz\n")
    assert pairs(raw) == [("u1", "x"), ("u1", "y"), ("b", "z")]
    counts = {"spaces around user ids of events.csv": 1, "spaces around item ids of events.csv": 1}
    assert raw.left_out == counts


def test_ratings_of_a_scale_from_0(tmp_path):
    text = "user,item,rating\na,x,0\na,y,0.5\nb,x, 5.0\nb,y,1e0\nb,z,.25\n"
    scale = {"minimum": 0.0, "maximum": 5.0, "relevance_threshold": 4.0}
    raw = read_files(tmp_path, {"events.csv": text + "c,w,5\n"}, RATINGS, scale)
    np.testing.assert_array_equal(raw.interactions.rating, np.float32([0, 0.5, 5, 1, 0.25, 5]))


def test_dislikes_are_ratings_of_a_scale_of_their_own(tmp_path):
    scale = {"minimum": -1.0, "maximum": 1.0, "relevance_threshold": 1.0}
    text = "user,item,rating\na,x,-1\nb,y,+1\n"
    raw = read_files(tmp_path, {"events.csv": text}, RATINGS, scale)
    assert raw.interactions.rating.tolist() == [-1, 1]


TIMES = {
    "s": ["-1", "1714557600", "1714557600.9"],
    "ms": ["-1", "1714557600000", "1714557600999"],
    "us": ["-1", "1714557600000000", "1714557600999999"],
    "ns": ["-1", "1714557600000000000", "1714557600999999999"],
    "iso": ["1969-12-31T23:59:59.9Z", "2024-05-01 10:00", "2024-05-01T12:00:00.999999999+0200"],
}


@pytest.mark.parametrize("unit", TIMES)
def test_the_same_instants_in_every_unit(tmp_path, unit):
    rows = [f"{name},{name},{time}\n" for name, time in zip("abc", TIMES[unit], strict=True)]
    text = "user,item,time\n" + "".join(rows)
    raw = read_events(tmp_path, text, timestamp="time", timestamp_unit=unit)
    assert raw.interactions.timestamp.tolist() == [-1, 1714557600, 1714557600]


@pytest.mark.parametrize(
    ("date", "seconds"), [("0001-01-01", -62135596800), ("1900-01-01", -2208988800)]
)
def test_dates_of_long_ago(tmp_path, date, seconds):
    text = f"user,item,time\na,x,{date}\nb,y,9999-12-31\n"
    raw = read_events(tmp_path, text, timestamp="time", timestamp_unit="iso")
    assert raw.interactions.timestamp.tolist() == [seconds, 253402214400]


@pytest.mark.parametrize(
    ("kind", "values"),
    [(pa.date32(), [0, 19844]), (pa.int64(), [0, 1714521600]), (pa.string(), ["0", "1714521600"])],
)
def test_times_of_parquet_that_are_no_timestamps(tmp_path, kind, values):
    table = pa.table({"user": ["a", "b"], "item": ["x", "y"], "time": pa.array(values, kind)})
    pyarrow.parquet.write_table(table, tmp_path / "events.parquet")
    options = {**EVENTS, "interactions": "events.parquet", "timestamp": "time"}
    assert read_files(tmp_path, {}, options).interactions.timestamp.tolist() == [0, 1714521600]


FEATURES = {
    "category": {"column": "category", "kind": "categorical"},
    "genre": {"column": "genre", "kind": "multi_valued", "separator": "|"},
    "price": {"column": "price", "kind": "numeric"},
}
ITEM_ROWS = """item,title,category,genre,price
x,Same,NA,b|a|b,0
y,Same,,(none),
z,, c ,-,-1.5
w,W,c,(no genres listed), 2e1
v,V,d,a| |b,3
,no id,d,a,1
"""


def test_side_information(tmp_path):
    table = {**EVENTS, "items": {**ITEMS, "title": "title", "features": FEATURES}}
    files = {"events.csv": HEADER + "a,x\nb,y\nb,z\nb,w\nb,new\n", "items.csv": ITEM_ROWS}
    raw = read_files(tmp_path, files, table)
    assert raw.items.ids.tolist() == ["new", "w", "x", "y", "z"]
    assert raw.items.titles.tolist() == ["new", "W", "Same", "Same", "z"]
    nothing = {"new": [], "y": []}
    assert values_of(raw, "category") == {**nothing, "w": ["c"], "x": ["NA"], "z": ["c"]}
    assert values_of(raw, "genre") == {**nothing, "w": [], "x": ["a", "b"], "z": []}
    prices = {"new": None, "w": 20, "x": 0, "y": None, "z": -1.5}
    assert values_of(raw, "price") == prices
    assert raw.left_out == {
        "rows of items.csv without an id": 1,
        "rows of items.csv whose id has no interactions": 1,
        "items without a row in items.csv (they stay)": 1,
    }
