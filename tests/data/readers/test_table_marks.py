"""A byte-order mark, which some programs put before a table, belongs to none of its columns."""

import codecs

from tests.data.readers.own import EVENTS, ITEMS, pairs, read_events, read_files


def test_a_mark_before_a_header_is_no_part_of_it(tmp_path):
    raw = read_events(tmp_path, codecs.BOM_UTF8 + b"user,item\nu1,a\nu2,b\n")
    assert pairs(raw) == [("u1", "a"), ("u2", "b")]


def test_a_mark_before_a_table_without_header_is_no_part_of_an_id(tmp_path):
    table = {"user": 0, "item": 1, "format": {"header": False}}
    raw = read_events(tmp_path, codecs.BOM_UTF8 + b"u1,a\nu2,b\n", **table)
    assert pairs(raw) == [("u1", "a"), ("u2", "b")]


def test_a_table_of_items_may_have_one_too(tmp_path):
    files = {
        "events.csv": "user,item\nu1,a\nu2,b\n",
        "items.csv": codecs.BOM_UTF8 + b"item,title\na,Fargo\nb,Heat\n",
    }
    raw = read_files(tmp_path, files, {**EVENTS, "items": {**ITEMS, "title": "title"}})
    assert raw.items.titles.tolist() == ["Fargo", "Heat"]
