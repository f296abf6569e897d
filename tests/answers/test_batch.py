"""Many users at once: the same lists, whole files, whatever the format."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graphrec.answers import batch
from graphrec.answers.batch import write_batch
from tests.answers.asked import EVENTS, FORMULA, RATED, ask, load, refused, rows

TEXTS = dict.fromkeys(["user", "item", "title"], str)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix == ".csv":
        table = pd.read_csv(path, dtype=TEXTS, keep_default_na=False)
        return table.assign(title=table["title"].str.removeprefix("'"))
    return pd.DataFrame(json.loads(path.read_text()))


@pytest.mark.parametrize("source", [RATED, EVENTS], ids=["ratings", "events"])
def test_the_formats_agree_and_hold_every_user(source, workplace, tmp_path):
    target = "rating" if source is RATED else "chance"
    tables = []
    for suffix in ("parquet", "csv", "json"):
        path = tmp_path / f"top.{suffix}"
        result = ask("batch", *source, "--out", str(path), "-k", "5")
        assert result.exit_code == 0, result.stderr
        assert result.stdout == ""
        tables.append(read(path))
        assert len(names_in(tmp_path)) == len(tables)
    for table in tables:
        assert list(table.columns) == ["user", "rank", "item", "title", "score", target]
        pd.testing.assert_frame_equal(table, tables[0], check_dtype=False)
    answers = load(workplace / "models" / f"{source[1]}-base")
    assert tables[0]["user"].unique().tolist() == answers.users.ids
    assert (tables[0].groupby("user", sort=False)["rank"].agg(list).map(len) == 5).all()
    for user in answers.users.ids[:3]:
        listed = tables[0][tables[0]["user"] == user].drop(columns="user")
        alone = pd.DataFrame(rows("recommend", "--user", user, *source, "-k", "5"))
        assert listed["item"].tolist() == alone["item"].tolist()
        np.testing.assert_allclose(listed["score"], alone["score"], atol=1e-5)


def test_blocks_change_nothing(workplace, tmp_path, monkeypatch):
    answers = load(workplace / "models" / "movielens-base")
    users = list(range(20))
    write_batch(answers, users, tmp_path / "whole.parquet", 5)
    monkeypatch.setattr(batch, "BLOCK", 7)
    write_batch(answers, users, tmp_path / "blocks.parquet", 5)
    pd.testing.assert_frame_equal(
        *(pd.read_parquet(tmp_path / f"{name}.parquet") for name in ("whole", "blocks")), atol=1e-5
    )


def test_the_users_of_a_file_in_its_order(workplace, tmp_path):
    users, out = tmp_path / "users.txt", tmp_path / "top.csv"
    users.write_text("\ufeff5\n\n 3 \r\n5\n", encoding="utf-8")
    result = ask("batch", *RATED, "--users", str(users), "--out", str(out), "-k", "1000")
    assert "1 lines of" in result.stderr
    table = read(out)
    assert table["user"].unique().tolist() == ["5", "3"]
    # No padding: as many rows as each has unseen items.
    answers = load(workplace / "models" / "movielens-base")
    for user, count in table["user"].value_counts().items():
        assert count == 60 - len(answers.predictor.known(answers.users.find(user)))
    assert f"'{FORMULA}" in out.read_text()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"3\n03\n", "line 2: expected the id or title of one user, got '03'"),
        (b"\n \n", "got none: add one"),
        (b"\xff\xfe", "expected a text file"),
    ],
)
def test_a_wrong_file_of_users_leaves_nothing(content, message, workplace, tmp_path):
    users = tmp_path / "users.txt"
    users.write_bytes(content)
    out = str(tmp_path / "top.csv")
    assert message in refused("batch", *RATED, "--users", str(users), "--out", out)
    assert message != refused("batch", *RATED, "--users", str(tmp_path / "none"), "--out", out)
    assert names_in(tmp_path) == ["users.txt"]


def test_a_write_that_fails_leaves_the_old_file(workplace, tmp_path, monkeypatch):
    out = tmp_path / "top.csv"
    out.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(batch.WRITERS, ".csv", full)
    assert "No space left" in refused("batch", *RATED, "--out", str(out))
    assert names_in(tmp_path) == ["top.csv"]
    assert out.read_text() == "old"


def test_conditions_hold_in_a_batch(workplace, tmp_path):
    out = tmp_path / "top.json"
    ask("batch", *RATED, "--out", str(out), "-k", "3", "--where", "genre=drama")
    items = load(workplace / "models" / "movielens-base").items
    mask = items.where(["genre=Drama"])
    assert all(mask[items.find(row["item"])] for row in json.loads(out.read_text()))
