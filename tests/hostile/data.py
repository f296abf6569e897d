"""Tables that are no data set, and prepared data that no stage has written."""

import numpy as np

from tests.hostile.changes import (
    array,
    both,
    copied,
    cut,
    flipped,
    folder,
    gone,
    more,
    param,
    put,
    text,
)
from tests.hostile.project import PREPARED, RAW, TEST

EVERY = "users who have every item"
HEADER = "user,item,rating\n"

PREPARING = [
    ("no raw file", gone(RAW), "expected a file 'ratings.csv'"),
    ("raw folder", folder(RAW), "got none: put them there"),
    ("empty file", text(RAW, ""), "got an empty file"),
    ("header alone", text(RAW, HEADER), "expected rows below the header"),
    ("one row", text(RAW, f"{HEADER}a,b,3\n"), "expected interactions that train"),
    ("off the scale", more(RAW, "u0,i99,6\n"), "rating"),
    ("a word", more(RAW, "u0,i99,good\n"), "got 'good'"),
    ("NaN", more(RAW, "u0,i99,nan\n"), "got 'nan'"),
    ("twice", more(RAW, "u0,i99,3\nu0,i99,3\n"), "i99"),
    ("binary", text(RAW, b"\x00\x01\x02" * 99), "expected"),
    (
        "one item",
        text(RAW, HEADER + "".join(f"u{n},i,4\n" for n in range(30))),
        EVERY,
    ),
    (
        "one user",
        text(RAW, HEADER + "".join(f"u,i{n},4\n" for n in range(30))),
        EVERY,
    ),
    (
        "everything",
        text(RAW, HEADER + "".join(f"u{n % 9},i{n // 9},4\n" for n in range(81))),
        "after leaving out 9 users who have every item",
    ),
    (
        "nothing relevant",
        text(RAW, HEADER + "".join(f"u{n % 9},i{n // 9 + n % 9},1\n" for n in range(45))),
        "lower ratings.relevance_threshold",
    ),
    ("a tiny part", param("datasets/shop/split/test_fraction", 1e-9), "choose another"),
    ("no such reader", param("datasets/shop/reader", "sql"), "one of the readers"),
    ("published", param("datasets/shop/split/strategy", "published"), "say what tests"),
]
ARRAYS = [
    ("missing", gone(PREPARED), "training.npz, got none: run the stage that makes it"),
    ("a folder", folder(PREPARED), "Is a directory"),
    ("empty", text(PREPARED, ""), "expected a whole file of arrays"),
    ("a page", text(PREPARED, "<html>"), "expected a whole file of arrays"),
    ("cut", cut(PREPARED, 900), "expected a whole file of arrays"),
    ("flipped", flipped(PREPARED, 0.3), "training.npz"),
    ("an array less", array(PREPARED, "train/user", lambda _: None), "'train/user'"),
    ("a pickle", array(PREPARED, "train/user", lambda a: a.astype(object)), "no plain array"),
    ("floats", array(PREPARED, "train/item", lambda a: a * 1.5), "train/item of int64"),
    ("short", array(PREPARED, "train/item", lambda a: a[:-1]), "train/item, "),
    ("two axes", array(PREPARED, "train/user", lambda a: a[:, None]), "train/user, "),
    ("negative", array(PREPARED, "train/user", put(0, -1)), "numbers below 24 in train/user"),
    ("beyond", array(PREPARED, "train/item", put(0, 10**6)), "numbers below 14 in train/item"),
    ("off scale", array(PREPARED, "train/rating", put(0, 9)), "ratings from 1.0 to 5.0"),
    ("NaN", array(PREPARED, "train/rating", put(0, np.nan)), "train/rating, got nan"),
    (
        "twice",
        both(
            array(PREPARED, "train/user", put(slice(2), 0)),
            array(PREPARED, "train/item", put(slice(2), 0)),
        ),
        "once in train",
    ),
    ("a negative short", array(PREPARED, "valid/negative", lambda a: a[:-1]), "valid/negative"),
    ("a text for about", array(PREPARED, "about", lambda _: np.array("{")), "what a data set says"),
    ("ids as numbers", array(PREPARED, "users/ids", lambda a: np.arange(len(a))), "users/ids"),
    ("a title less", array(PREPARED, "items/titles", lambda a: a[:-1]), "items/titles"),
]
TESTS = [
    ("missing", gone(TEST), "test.npz, got none"),
    ("cut", cut(TEST), "expected a whole file of arrays"),
    ("beyond", array(TEST, "test/item", put(0, 14)), "numbers below 14 in test/item"),
    ("short", array(TEST, "test/negative", lambda a: a[:-1]), "test/negative"),
    ("negative beyond", array(TEST, "test/negative", put(0, -5)), "in test/negative, got -5"),
    ("in training", copied(PREPARED, TEST), "'test/user'"),
]

CASES = [
    *((f"raw: {name}", change, "preprocess shop", told) for name, change, told in PREPARING),
    *(
        (f"training.npz: {name} ({command})", change, f"{command}", told)
        for command in ("train shop-base", "baseline shop")
        for name, change, told in ARRAYS
    ),
    *(
        (f"test.npz: {name} ({command})", change, command, told)
        for command in ("evaluate shop-base", "baseline shop", "explore shop")
        for name, change, told in TESTS
    ),
]
