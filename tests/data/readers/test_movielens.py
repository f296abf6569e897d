"""Reading and splitting MovieLens: what was published is what is held out."""

from dataclasses import replace

import numpy as np
import pytest

from graphrec.data.readers.movielens import (
    AGE_EDGES,
    FOLDS,
    draw_negatives,
    prepare_movielens,
    read_movielens,
    split_movielens,
)
from graphrec.graph.bipartite import build_graph
from graphrec.graph.sparse import to_scipy
from tests.published import GENRES, NUM_ITEMS, NUM_RATINGS, NUM_USERS


def pairs(part) -> set[tuple[int, int]]:
    return set(zip(part.user.tolist(), part.item.tolist(), strict=True))


def parts_of(prepared):
    return prepared.data.train, prepared.data.valid.interactions, prepared.test.interactions


@pytest.mark.parametrize("fold", FOLDS)
def test_the_parts_are_a_partition_of_the_published_ratings(raw, fold):
    parts = parts_of(prepare_movielens(raw["movielens"], fold, 0.1, 7))
    lines = (raw["movielens"] / "u.data").read_text().splitlines()
    published = {tuple(int(field) - 1 for field in line.split("\t")[:2]) for line in lines}
    assert sum(map(len, parts)) == len(published) == NUM_RATINGS
    assert set.union(*map(pairs, parts)) == published


@pytest.mark.parametrize("seed", range(5))
def test_validation_is_a_share_of_the_base_file_and_test_is_the_test_file(raw, seed):
    train, valid, test = parts_of(prepare_movielens(raw["movielens"], "u1", 0.1, seed))
    assert (len(train), len(valid), len(test)) == (1080, 120, 300)
    expected = read_movielens(raw["movielens"], "u1").test
    assert pairs(test) == pairs(expected)


def test_ratings_and_times_stay_with_their_pairs(raw, movielens):
    lines = (raw["movielens"] / "u.data").read_text().splitlines()
    published = {tuple(map(int, line.split("\t"))) for line in lines}
    for part in parts_of(movielens):
        fields = (part.user + 1, part.item + 1, part.rating.astype(int), part.timestamp)
        assert set(zip(*(field.tolist() for field in fields), strict=True)) <= published


def test_the_same_seed_gives_the_same_split_and_another_seed_another(raw, movielens):
    same, other = (prepare_movielens(raw["movielens"], "u1", 0.1, seed) for seed in (2020, 1))
    assert pairs(same.data.train) == pairs(movielens.data.train)
    np.testing.assert_array_equal(same.test.negative, movielens.test.negative)
    assert pairs(other.data.train) != pairs(movielens.data.train)


def test_contrasts_are_unknown_pairs(movielens):
    train, valid, test = map(pairs, parts_of(movielens))
    for held_out, known in ((movielens.data.valid, train | valid), (movielens.test, train | test)):
        user = held_out.interactions.user.tolist()
        assert not set(zip(user, held_out.negative.tolist(), strict=True)) & known


def test_deleting_the_test_lines_changes_nothing_that_training_sees(raw, movielens, tmp_path):
    for path in raw["movielens"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "u1.test").write_text("1\t1\t5\t0\n")  # the reader wants one line
    (tmp_path / "u.data").unlink()
    bare = prepare_movielens(tmp_path, "u1", 0.1, 2020)
    assert_same_training(bare.data, movielens.data)
    np.testing.assert_array_equal(bare.data.valid.negative, movielens.data.valid.negative)


def test_deleting_the_validation_lines_leaves_graph_and_features_as_they_are(raw, movielens):
    """The held-out lines' own values are unknown too: other ratings there, the same training."""
    published = read_movielens(raw["movielens"], "u1")
    data = movielens.data
    held = pairs(data.valid.interactions)
    base = published.base
    rows = [at for at, pair in enumerate(zip(base.user, base.item, strict=True)) if pair in held]
    target, time = base.rating.copy(), base.timestamp.copy()
    target[rows], time[rows] = 1, 0
    altered = replace(published, base=replace(base, target=target, time=time))
    assert_same_training(split_movielens(altered, 0.1, 2020)[0], data)
    kept = np.delete(np.arange(len(base)), rows)
    rebuilt = movielens.rebuild(base[kept])
    for found, expected in zip(rebuilt, (data.user_features, data.item_features), strict=True):
        assert_same_features(found, expected)


def assert_same_training(found, expected) -> None:
    for name in ("user", "item", "rating", "timestamp"):
        np.testing.assert_array_equal(getattr(found.train, name), getattr(expected.train, name))
    matrices = (to_scipy(build_graph(data).adjacency()).toarray() for data in (found, expected))
    np.testing.assert_array_equal(*matrices)
    assert_same_features(found.user_features, expected.user_features)
    assert_same_features(found.item_features, expected.item_features)


def assert_same_features(found, expected) -> None:
    assert set(found) == set(expected)
    for name, block in expected.items():
        np.testing.assert_array_equal(found[name].toarray(), block.toarray())


def test_features_are_those_of_the_tables(raw, movielens):
    data = movielens.data
    age, gender = (data.user_features[name].toarray() for name in ("age", "gender"))
    lines = (raw["movielens"] / "u.user").read_text().splitlines()
    for row, line in enumerate(lines):
        _, years, sex, *_ = line.split("|")
        assert age[row].argmax() == sum(int(years) >= edge for edge in AGE_EDGES)
        assert gender[row].argmax() == "FM".index(sex)
    for block in (age, gender, data.user_features["occupation"].toarray()):
        assert len(block) == NUM_USERS
        np.testing.assert_array_equal(block.sum(axis=1), 1)
    genre = data.item_features["genre"].toarray()
    assert genre.shape == (NUM_ITEMS, len(GENRES))
    assert data.item_names[2] == "Café 3 (1995)"
    assert all(np.isfinite(block.toarray()).all() for block in data.item_features.values())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("41\t1\t3\t0", "ids"),
        ("1\t61\t3\t0", "ids"),
        ("0\t1\t3\t0", "ids"),
        ("1\t1\t6\t0", "ratings from 1 to 5"),
        ("1\t1\t3\t0\n1\t1\t4\t0", "one rating"),
    ],
)
def test_impossible_ratings_are_refused(raw, tmp_path, line, told):
    for path in raw["movielens"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "u1.test").write_text(f"{line}\n")
    with pytest.raises(ValueError, match=rf"expected.*{told}.*u1\.test"):
        read_movielens(tmp_path, "u1")


def test_contrast_draws_every_unknown_item_about_equally_often(movielens):
    known = movielens.data.train.matrix(NUM_USERS, NUM_ITEMS)
    drawn = draw_negatives(np.zeros(20_000, np.int64), known, np.random.default_rng(0))
    count = np.bincount(drawn, minlength=NUM_ITEMS)
    unknown = known.toarray()[0] == 0
    assert (count[~unknown] == 0).all()
    np.testing.assert_allclose(count[unknown] / 20_000, 1 / unknown.sum(), rtol=0.3)


def test_u1_of_the_real_files_has_80_000_and_20_000_ratings(real):
    published = read_movielens(real["movielens"], "u1")
    assert (len(published.base), len(published.test)) == (80_000, 20_000)
    assert (len(published.users), len(published.items), len(published.genres)) == (943, 1682, 19)
