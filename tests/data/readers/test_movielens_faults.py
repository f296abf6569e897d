"""Files of MovieLens that are not as published are refused by name."""

import pytest

from graphrec.data.errors import DataError
from graphrec.data.readers.movielens import read
from tests.data.comparison import with_split
from tests.faults import PARAMS


def read_fold(folder, fold: str | None):
    return read(folder, with_split(PARAMS.datasets["movielens"], "published", fold=fold))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("41\t1\t3\t0", "ids"),
        ("1\t61\t3\t0", "ids"),
        ("0\t1\t3\t0", "ids"),
        ("1\t1\t6\t0", "ratings from 1 to 5"),
        ("1\t1\t3.5\t0", "ratings from 1 to 5"),
        ("1\t1\t3\t0\n1\t1\t4\t0", "one rating"),
    ],
)
def test_impossible_ratings_are_refused(raw, tmp_path, text, message):
    for path in raw["movielens"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "u1.test").write_text(f"{text}\n")
    with pytest.raises(DataError, match=rf"expected.*{message}.*u1\.test"):
        read_fold(tmp_path, "u1")


@pytest.mark.parametrize("name", ["u.user", "u.item"])
def test_a_table_that_does_not_count_from_1_is_refused(raw, tmp_path, name):
    for path in raw["movielens"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    table = (tmp_path / name).read_text(encoding="latin-1").split("\n", 1)[1]
    (tmp_path / name).write_text(table, encoding="latin-1")
    with pytest.raises(DataError, match=rf"expected ids 1, 2, 3, … in {name}, got \[2, 3"):
        read_fold(tmp_path, "u1")


@pytest.mark.parametrize("fold", ["u6", "", None])
def test_a_fold_that_was_not_published_is_refused(raw, fold):
    with pytest.raises(DataError, match=f"one of the folds u1, .*, ub, got {fold!r}"):
        read_fold(raw["movielens"], fold)
