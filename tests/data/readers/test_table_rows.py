"""Which rows stay: duplicates, the k-core, users with every item, published parts; and that all
others are counted."""

import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphrec.data.tables import records, stream, text
from tests.data.readers.own import EVENTS, RATINGS, pairs, read_events, read_files

HEADER = "user,item\n"
REPEATED = "user,item,rating,time\na,x,2,5\nb,y,1,1\na,x,4,9\na,x,4,9\na,x,3,1\n"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({**RATINGS, "timestamp": "time", "duplicates": "last"}, [("b", 1, 1), ("a", 4, 9)]),
        ({**RATINGS, "duplicates": "last"}, [("b", 1, 0), ("a", 3, 0)]),
        ({**RATINGS, "timestamp": "time", "duplicates": "max"}, [("b", 1, 1), ("a", 4, 9)]),
        ({**EVENTS, "timestamp": "time", "duplicates": "count"}, [("b", 1, 1), ("a", 1, 9)]),
        ({**EVENTS, "timestamp": "time", "duplicates": "last"}, [("b", 1, 1), ("a", 1, 9)]),
    ],
)
def test_one_row_of_a_pair_stays(tmp_path, table, expected):
    raw = read_files(tmp_path, {"events.csv": REPEATED}, table)
    rows = raw.interactions
    users = raw.users.ids[rows.user].tolist()
    columns = (users, rows.rating.tolist(), rows.timestamp.tolist())
    assert list(zip(*columns, strict=True)) == expected
    assert raw.left_out == {"rows of events.csv that repeat a pair": 3}


def test_a_test_row_three_times_is_one(tmp_path):
    files = {"events.csv": HEADER + "a,x\nb,y\n", "test.csv": HEADER + "a,y\n" * 3 + "c,z\n"}
    raw = read_files(tmp_path, files, {**EVENTS, "test": "test.csv", "duplicates": "last"})
    assert pairs(raw, raw.test) == [("a", "y"), ("c", "z")]
    assert raw.left_out["rows of test.csv that repeat a pair"] == 2


def test_the_k_core_goes_on_until_all_have_enough(tmp_path):
    core = "a,x\na,y\nb,y\nb,z\nc,z\nc,x\n"
    chain = "d,x\nd,w\ne,w\n"  # e goes, then w, then d
    raw = read_events(
        tmp_path, HEADER + chain + core, min_user_interactions=2, min_item_interactions=2
    )
    assert "".join(f"{user},{item}\n" for user, item in pairs(raw)) == core
    assert raw.left_out == {
        "users with fewer than 2 training interactions": 2,
        "items with fewer than 2 training interactions": 1,
        "rows of events.csv of users and items left out": 3,
    }


def test_the_k_core_counts_training_rows_and_takes_test_rows_along(tmp_path):
    files = {
        "events.csv": HEADER + "a,x\na,y\nb,z\nb,w\nc,z\n",
        "test.csv": HEADER + "c,x\nc,y\na,z\nnew,x\nb,cold\n",
    }
    raw = read_files(tmp_path, files, {**EVENTS, "test": "test.csv", "min_user_interactions": 2})
    assert pairs(raw) == [("a", "x"), ("a", "y"), ("b", "z"), ("b", "w")]
    assert pairs(raw, raw.test) == [("a", "z"), ("b", "cold")]
    assert raw.left_out == {
        "users with fewer than 2 training interactions": 2,
        "rows of events.csv of users and items left out": 1,
        "rows of test.csv of users and items left out": 3,
        "items of test without training interactions (they stay)": 1,
    }


def test_cold_items_of_users_left_out_go_too(tmp_path):
    files = {"events.csv": HEADER + "a,x\na,y\nb,y\nb,z\nc,z\n", "test.csv": HEADER + "c,cold\n"}
    raw = read_files(tmp_path, files, {**EVENTS, "test": "test.csv", "min_user_interactions": 2})
    assert raw.items.ids.tolist() == ["x", "y", "z"]
    assert raw.left_out["cold items whose interactions were all left out"] == 1
    assert len(raw.test) == 0


EVERY = "all,x\nall,y\nall,z\nall,w\n"


def test_a_user_who_has_every_item_goes(tmp_path):
    raw = read_events(tmp_path, HEADER + EVERY + "a,x\na,y\nb,y\nb,z\n")
    assert pairs(raw) == [("a", "x"), ("a", "y"), ("b", "y"), ("b", "z")]
    assert raw.left_out == {
        "users who have every item": 1,
        "items with fewer than 1 training interactions": 1,
        "rows of events.csv of users and items left out": 4,
    }


def test_a_user_who_has_every_item_by_way_of_test_goes(tmp_path):
    train, test = EVERY[:12], EVERY[12:]
    files = {"events.csv": HEADER + train + "a,x\na,y\nb,y\nb,z\nb,w\n", "test.csv": HEADER + test}
    raw = read_files(tmp_path, files, {**EVENTS, "test": "test.csv"})
    assert raw.users.ids.tolist() == ["a", "b"]
    assert raw.left_out["users who have every item"] == 1
    assert len(raw.test) == 0


cell = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=6).filter(
    lambda text: text == text.strip()
)
tables = st.lists(st.tuples(cell, cell), min_size=1, max_size=12, unique=True)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=tables, separator=st.sampled_from([",", "\t", "::", "¦"]))
def test_what_is_written_is_what_is_read(tmp_path, rows, separator):
    # Two users of items of their own: nobody has every item.
    rows = [*rows, ("one user", "one item"), ("other user", "other item")]
    quoted = [[f'"{text.replace(chr(34), chr(34) * 2)}"' for text in row] for row in rows]
    text = f"user{separator}item\n" + "".join(separator.join(row) + "\n" for row in quoted)
    raw = read_events(tmp_path, text, format={"separator": separator})
    assert pairs(raw) == rows
    assert raw.left_out == {}


def test_shuffled_rows_have_the_same_numbers(tmp_path):
    rows = [f"{user},{user * item % 17},{item}\n" for user in range(1, 17) for item in range(9)]
    header = "user,item,time\n"
    table = {"timestamp": "time"}
    first = read_events(tmp_path, header + "".join(rows), **table)
    random.Random(0).shuffle(rows)
    second = read_events(tmp_path, header + "".join(rows), **table)
    np.testing.assert_array_equal(first.users.ids, second.users.ids)
    np.testing.assert_array_equal(first.items.ids, second.items.ids)
    assert sorted(map(tuple, zip(*vars(first.interactions).values(), strict=True))) == sorted(
        map(tuple, zip(*vars(second.interactions).values(), strict=True))
    )


class Slow:
    """A file that gives `size` bytes at a time, whatever is asked for."""

    def __init__(self, file, size: int) -> None:
        self.file, self.size = file, size
        self.close = file.close

    def read(self, _: int) -> bytes:
        return self.file.read(self.size)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_file_may_be_read_in_any_pieces(tmp_path, monkeypatch, size):
    rows = [(f"é{user}", f"i{user * 7 % 11}:z") for user in range(40)]
    content = "user::item::time\n" + "".join(f'{user}::"{item}"::5\n' for user, item in rows)
    table = {"timestamp": "time", "format": {"separator": "::"}}
    whole = read_events(tmp_path, content, **table)
    open_file = open
    monkeypatch.setattr(stream, "open", lambda *given: Slow(open_file(*given), size), raising=False)
    monkeypatch.setattr(records, "BLOCK", size)
    monkeypatch.setattr(text, "PARSED", 64)
    pieces = read_events(tmp_path, content, **table)
    assert pairs(pieces) == pairs(whole) == rows
    assert set(pieces.interactions.timestamp) == {5}
    plain = content.replace('"', "").replace("::", ",")
    assert pairs(read_events(tmp_path, plain, timestamp="time")) == rows
