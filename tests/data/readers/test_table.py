"""People's own tables in the layouts that they usually come in."""

import gzip

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from graphrec.data.errors import DataError
from graphrec.data.readers.table import read
from tests.data.readers.own import (
    EVENTS,
    RATINGS,
    options,
    pairs,
    read_events,
    read_files,
    values_of,
)

SMALL = {
    "ratings.csv": "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n1,3,0.5,964981247\n"
    "2,1,5.0,1445714835\n10,6,3.5,964982224\n",
    "movies.csv": "movieId,title,genres\n1,Toy Story (1995),Adventure|Children\n"
    '3,"American President, The (1995)",Comedy|Children\n6,"Say ""Heat""",(no genres listed)\n',
}
SMALL_TABLE = {
    "interactions": "ratings.csv",
    "user": "userId",
    "item": "movieId",
    "rating": "rating",
    "timestamp": "timestamp",
    "items": {
        "path": "movies.csv",
        "id": "movieId",
        "title": "title",
        "features": {"genre": {"column": "genres", "kind": "multi_valued", "separator": "|"}},
    },
}


def test_movielens_latest_small(tmp_path):
    raw = read_files(tmp_path, SMALL, SMALL_TABLE)
    assert raw.users.ids.tolist() == ["1", "10", "2"]
    assert pairs(raw) == [("1", "1"), ("1", "3"), ("2", "1"), ("10", "6")]
    np.testing.assert_array_equal(raw.interactions.rating, np.float32([4, 0.5, 5, 3.5]))
    assert raw.interactions.timestamp.tolist() == [964982703, 964981247, 1445714835, 964982224]
    assert raw.items.titles.tolist() == [
        "Toy Story (1995)",
        "American President, The (1995)",
        'Say "Heat"',
    ]
    assert values_of(raw, "genre") == {
        "1": ["Adventure", "Children"],
        "3": ["Children", "Comedy"],
        "6": [],
    }
    assert raw.left_out == {}
    assert [column.dtype for column in vars(raw.interactions).values()] == [
        np.int32,
        np.int32,
        np.float32,
        np.int64,
    ]


def test_movielens_1m_has_no_header_and_two_colons(tmp_path):
    table = {
        "interactions": "ratings.dat",
        "user": 0,
        "item": 1,
        "rating": 2,
        "timestamp": 3,
        "format": {"separator": "::", "header": False, "encoding": "latin-1"},
        "items": {
            "path": "movies.dat",
            "id": 0,
            "title": 1,
            "format": {"separator": "::", "header": False, "encoding": "latin-1"},
        },
    }
    files = {
        "ratings.dat": "1::1193::5::978300760\n2::661::3::978302109\n",
        "movies.dat": "661::Misérables, Les: 1995::Drama\n1193::Heat::Action\n".encode("latin-1"),
    }
    raw = read_files(tmp_path, files, table)
    assert pairs(raw) == [("1", "1193"), ("2", "661")]
    assert raw.interactions.timestamp.tolist() == [978300760, 978302109]
    assert raw.items.titles.tolist() == ["Heat", "Misérables, Les: 1995"]


def test_a_separator_of_several_characters_may_stand_within_quotes(tmp_path):
    text = 'user::item\n"a::b"::x\nc::y\n'
    raw = read_events(tmp_path, text, format={"separator": "::"})
    assert pairs(raw) == [("a::b", "x"), ("c", "y")]


def test_events_with_uuids_and_iso_dates(tmp_path):
    one, two = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    text = f"user\titem\ttime\n{one}\ta\t2024-05-01T12:00:00.75+02:00\n{two}\tb\t2024-05-01\n"
    table = {"timestamp": "time", "timestamp_unit": "iso", "format": {"separator": "\t"}}
    raw = read_events(tmp_path, text, **table)
    assert pairs(raw) == [(one, "a"), (two, "b")]
    assert raw.interactions.timestamp.tolist() == [1714557600, 1714521600]
    assert raw.interactions.rating.tolist() == [1, 1]


def test_a_gzipped_table_is_the_same(tmp_path):
    packed = gzip.compress(SMALL["ratings.csv"].encode())
    raw = read_files(tmp_path, {**SMALL, "ratings.csv": packed}, SMALL_TABLE)
    assert pairs(raw) == [("1", "1"), ("1", "3"), ("2", "1"), ("10", "6")]


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_has_types_of_its_own(tmp_path, unit, zone):
    times = pa.array([-1, 1714557600], pa.timestamp("s", zone)).cast(pa.timestamp(unit, zone))
    genres = [["Drama", "War", "Drama"], None]
    events = {"user": [7, 8], "item": ["a", "b"], "rating": [3, 4], "time": times}
    pyarrow.parquet.write_table(pa.table(events), tmp_path / "events.parquet")
    items = pa.table({"item": ["b", "a"], "genres": genres, "year": [1995.0, None]})
    pyarrow.parquet.write_table(items, tmp_path / "items.parquet")
    features = {
        "genre": {"column": "genres", "kind": "multi_valued"},
        "year": {"column": "year", "kind": "numeric"},
    }
    table = {
        **RATINGS,
        "interactions": "events.parquet",
        "timestamp": "time",
        "items": {"path": "items.parquet", "id": "item", "features": features},
    }
    raw = read_files(tmp_path, {}, table)
    assert pairs(raw) == [("7", "a"), ("8", "b")]
    assert raw.interactions.timestamp.tolist() == [-1, 1714557600]
    assert values_of(raw, "genre") == {"a": [], "b": ["Drama", "War"]}
    assert values_of(raw, "year") == {"a": None, "b": 1995}


def test_parquet_folders_keep_the_zeros_of_their_keys(tmp_path):
    for user, item in (("0042", 1), ("7", 2)):
        folder = tmp_path / "events" / f"user={user}"
        folder.mkdir(parents=True)
        pyarrow.parquet.write_table(pa.table({"item": [item]}), folder / "0.parquet")
    (tmp_path / "events" / "_SUCCESS").touch()
    raw = read_files(tmp_path, {}, {**EVENTS, "interactions": "events"})
    assert pairs(raw) == [("0042", "1"), ("7", "2")]
    (tmp_path / "events" / "more.csv").write_text("user,item\n8,3\n")
    with pytest.raises(DataError, match="expected a whole Parquet file"):
        read_files(tmp_path, {}, {**EVENTS, "interactions": "events"})


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())],
)
def test_text_of_parquet_is_stored_in_several_ways(tmp_path, kind):
    users = pa.array(["007", None, " "]).cast(kind)
    table = pa.table({"user": users, "item": ["a", "b", "c"]})
    pyarrow.parquet.write_table(table, tmp_path / "events.parquet")
    events = "user,item\n008,b\n"
    table = {**EVENTS, "interactions": "events.parquet", "test": "events.csv"}
    raw = read_files(tmp_path, {"events.csv": events}, table)
    assert pairs(raw) == [("007", "a")]
    assert raw.left_out["rows of events.parquet without a user"] == 2


@pytest.mark.parametrize("kind", [pa.int64(), pa.uint64()])
def test_large_integers_of_parquet_stay_exact_beside_nulls(tmp_path, kind):
    users = pa.array([9007199254740993, None, 9007199254740992], kind)
    table = pa.table({"user": users, "item": ["a", "b", "c"]})
    pyarrow.parquet.write_table(table, tmp_path / "events.parquet")
    raw = read_files(tmp_path, {}, {**EVENTS, "interactions": "events.parquet"})
    assert pairs(raw) == [("9007199254740993", "a"), ("9007199254740992", "c")]
    assert raw.left_out == {"rows of events.parquet without a user": 1}


def test_published_parts_share_one_numbering(tmp_path):
    files = {
        "events.csv": "user,item\nb,y\na,x\n",
        "test.csv": "user,item\na,y\nnew,x\n",
        "valid.csv": "user,item\nb,z\n",
    }
    raw = read_files(tmp_path, files, {**EVENTS, "test": "test.csv", "valid": "valid.csv"})
    assert raw.users.ids.tolist() == ["a", "b", "new"]
    assert pairs(raw, raw.test) == [("a", "y"), ("new", "x")]
    assert pairs(raw, raw.valid) == [("b", "z")]
    assert raw.left_out == {
        "users of test without training interactions (they stay)": 1,
        "items of valid without training interactions (they stay)": 1,
    }


def test_an_entry_of_datasets_without_a_table_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected `table`"):
        read(tmp_path, options(None))
