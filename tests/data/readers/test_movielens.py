"""Reading MovieLens: what was published is what is held out, and nothing else is known of it."""

from dataclasses import replace

import numpy as np
import pytest

from graphrec.data.dataset import RawData
from graphrec.data.prepare import prepare
from graphrec.data.readers.choice import read_raw
from graphrec.data.readers.movielens import AGE_EDGES, AGES, FOLDS, read
from graphrec.graph.bipartite import build_graph
from graphrec.graph.sparse import to_scipy
from tests.data.comparison import (
    assert_same_entities,
    assert_same_interactions,
    pairs,
    rows,
    split_of,
    with_split,
)
from tests.faults import PARAMS
from tests.published import GENRES, NUM_ITEMS, NUM_RATINGS, NUM_USERS

ABOUT = PARAMS.datasets["movielens"]


def of_fold(fold: str):
    return with_split(ABOUT, "published", fold=fold)


def read_fold(folder, fold: str) -> RawData:
    return read(folder, of_fold(fold))


def rows_of_file(path) -> set[tuple[int, ...]]:
    """User and item from 0, rating and time."""
    fields = [map(int, row.split("\t")) for row in path.read_text().splitlines()]
    return {(user - 1, item - 1, rating, time) for user, item, rating, time in fields}


@pytest.mark.parametrize("fold", FOLDS)
def test_a_fold_is_a_partition_of_the_published_ratings(raw, fold):
    given = read_fold(raw["movielens"], fold)
    published = rows_of_file(raw["movielens"] / "u.data")
    split = split_of(prepare(given, of_fold(fold), 7))
    assert sum(map(len, split)) == len(given) == len(published) == NUM_RATINGS
    assert set.union(*map(rows, split)) == published


@pytest.mark.parametrize("strategy", ["random", "temporal", "leave_one_out"])
def test_other_strategies_are_of_all_ratings(raw, strategy):
    given = read(raw["movielens"], with_split(ABOUT, strategy))
    assert given.test is given.valid is None
    assert rows(given.interactions) == rows_of_file(raw["movielens"] / "u.data")


@pytest.mark.parametrize("seed", range(5))
def test_validation_is_a_share_of_the_base_file_and_test_is_the_test_file(raw_data, raw, seed):
    split = split_of(prepare(raw_data["movielens"], ABOUT, seed))
    assert tuple(map(len, split)) == (1080, 120, 300)
    assert rows(split[2]) == rows_of_file(raw["movielens"] / "u1.test")


def test_the_same_seed_gives_the_same_split_and_another_seed_another(raw_data, movielens):
    same, other = (prepare(raw_data["movielens"], ABOUT, seed) for seed in (2020, 1))
    assert_same_interactions(same.data.train, movielens.data.train)
    np.testing.assert_array_equal(same.test.negative, movielens.test.negative)
    assert pairs(other.data.train) != pairs(movielens.data.train)


def test_deleting_the_test_rows_changes_nothing_that_training_sees(raw, movielens, tmp_path):
    for path in raw["movielens"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "u1.test").write_text("1\t1\t5\t0\n")  # a test part has one row at least
    (tmp_path / "u.data").unlink()
    bare = prepare(read_raw(tmp_path, ABOUT), ABOUT, 2020)
    assert_same_training(bare.data, movielens.data)
    assert_same_interactions(bare.data.valid.interactions, movielens.data.valid.interactions)
    np.testing.assert_array_equal(bare.data.valid.negative, movielens.data.valid.negative)


def test_other_values_in_the_validation_rows_change_nothing_that_training_sees(raw_data, movielens):
    given, held = raw_data["movielens"], pairs(movielens.data.valid.interactions)
    base = given.interactions
    row = [at for at, pair in enumerate(zip(base.user, base.item, strict=True)) if pair in held]
    rating, timestamp = base.rating.copy(), base.timestamp.copy()
    rating[row], timestamp[row] = 6 - rating[row], 0
    altered = replace(given, interactions=replace(base, rating=rating, timestamp=timestamp))
    assert_same_training(prepare(altered, ABOUT, 2020).data, movielens.data)


def assert_same_training(data, expected) -> None:
    assert_same_interactions(data.train, expected.train)
    first, second = (to_scipy(build_graph(part).adjacency()) for part in (data, expected))
    np.testing.assert_array_equal(first.toarray(), second.toarray())
    assert_same_entities(data.users, expected.users)
    assert_same_entities(data.items, expected.items)


def test_users_are_those_of_the_table(raw, raw_data):
    users = raw_data["movielens"].users
    assert len(users) == NUM_USERS
    assert users.ids.tolist() == users.titles.tolist() == [str(n + 1) for n in range(NUM_USERS)]
    assert users.blocks("categorical").keys() == {"age", "gender", "occupation"}
    values = {
        name: block.columns[block.matrix.toarray().argmax(axis=1)]
        for name, block in users.features.items()
    }
    for block in users.features.values():
        np.testing.assert_array_equal(block.matrix.sum(axis=1), 1)
    for user, row in enumerate((raw["movielens"] / "u.user").read_text().splitlines()):
        _, age, gender, occupation, _ = row.split("|")
        assert values["age"][user] == AGES[sum(int(age) >= edge for edge in AGE_EDGES)]
        assert (values["gender"][user], values["occupation"][user]) == (gender, occupation)


def test_items_are_those_of_the_table(raw, raw_data):
    items = raw_data["movielens"].items
    assert len(items) == NUM_ITEMS
    assert (items.ids[2], items.titles[2]) == ("3", "Café 3 (1995)")
    genre, year = items.features["genre"], items.features["year"]
    assert (genre.kind, year.kind) == ("multi_valued", "numeric")
    assert genre.columns.tolist() == list(GENRES)
    table = (raw["movielens"] / "u.item").read_text(encoding="latin-1").splitlines()
    flags = [list(map(int, row.split("|")[-len(GENRES) :])) for row in table]
    np.testing.assert_array_equal(genre.matrix.toarray(), flags)
    dates = [row.split("|")[2] for row in table]
    years = np.array([int(date[-4:]) if date else np.nan for date in dates])
    assert np.isnan(years[6])  # item 7 has no date
    expected = np.where(np.isnan(years), np.nanmedian(years), years)
    np.testing.assert_array_equal(year.matrix.toarray()[:, 0], expected.astype(np.float32))


def test_u1_of_the_real_files_has_80_000_and_20_000_ratings(real):
    given = read_fold(real["movielens"], "u1")
    assert (len(given.interactions), len(given.test)) == (80_000, 20_000)
    assert (len(given.users), len(given.items)) == (943, 1682)
    assert len(given.items.features["genre"].columns) == 19
