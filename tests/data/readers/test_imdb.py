"""Reading IMDB: nothing tells which credits were held out."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from sklearn.metrics import roc_auc_score

from graphrec.data.errors import DataError
from graphrec.data.features import unit_rows
from graphrec.data.prepare import prepare
from graphrec.data.readers.choice import read_raw
from graphrec.data.readers.imdb import read
from graphrec.evaluation.ranking import Seen, relevant_ranks
from graphrec.graph.bipartite import build_graph
from graphrec.graph.sparse import to_scipy
from tests.data.comparison import (
    assert_same_entities,
    assert_same_interactions,
    pairs,
    split_of,
)
from tests.faults import PARAMS
from tests.published import ACTORS_A_MOVIE, NUM_ACTORS, NUM_DIRECTORS, NUM_MOVIES

ABOUT = PARAMS.datasets["imdb"]


def copy_files(source, folder) -> None:
    for path in source.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())


def test_reading_gives_every_credit(raw, raw_data):
    given = raw_data["imdb"]
    assert (len(given.users), len(given.items)) == (NUM_ACTORS, NUM_MOVIES)
    credits = given.interactions
    np.testing.assert_array_equal(np.bincount(credits.item), ACTORS_A_MOVIE)
    adjacency = sp.load_npz(raw["imdb"] / "adjM.npz").toarray()
    first_actor = NUM_MOVIES + NUM_DIRECTORS
    cast = adjacency[first_actor:, :NUM_MOVIES]
    assert pairs(credits) == {tuple(pair) for pair in np.argwhere(cast).tolist()}
    assert (credits.rating == 1).all()
    assert given.test is given.valid is None


def test_movies_have_their_keywords_and_their_director(raw, raw_data):
    items = raw_data["imdb"].items
    keywords, director = items.features["keywords"], items.features["director"]
    assert (keywords.kind, director.kind) == ("multi_valued", "categorical")
    published = sp.load_npz(raw["imdb"] / "features_0.npz").toarray()
    np.testing.assert_array_equal(keywords.matrix.toarray(), published)
    adjacency = sp.load_npz(raw["imdb"] / "adjM.npz").toarray()
    made = adjacency[:NUM_MOVIES, NUM_MOVIES : NUM_MOVIES + NUM_DIRECTORS]
    np.testing.assert_array_equal(director.matrix.toarray(), made)
    np.testing.assert_array_equal(director.matrix.sum(axis=1), 1)
    assert len(director.columns) == NUM_DIRECTORS


def test_movies_have_the_genre_of_their_class(raw, raw_data):
    genre = raw_data["imdb"].items.features["genre"]
    assert genre.kind == "categorical"
    assert genre.columns.tolist() == ["Action", "Comedy", "Drama"]
    label = np.load(raw["imdb"] / "labels.npy")
    np.testing.assert_array_equal(genre.matrix.toarray(), np.eye(3)[label])


def test_nothing_is_known_of_actors_as_their_published_keywords_leak(raw_data):
    assert raw_data["imdb"].users.features == {}


def test_entities_without_names_are_numbered(raw_data):
    users, items = raw_data["imdb"].users, raw_data["imdb"].items
    assert (users.ids[5], users.titles[5]) == ("5", "actor 5")
    assert (items.ids[7], items.titles[7]) == ("7", "movie 7")


def test_an_adjacency_of_another_size_is_refused(raw, tmp_path):
    copy_files(raw["imdb"], tmp_path)
    np.save(tmp_path / "node_types.npy", np.zeros(5, np.int32))
    with pytest.raises(DataError, match=r"expected an adjacency of 5 nodes.*download"):
        read(tmp_path, ABOUT)


def test_keywords_of_other_movies_are_refused(raw, tmp_path):
    copy_files(raw["imdb"], tmp_path)
    (tmp_path / "features_0.npz").write_bytes((tmp_path / "features_2.npz").read_bytes())
    with pytest.raises(DataError, match=rf"{NUM_MOVIES} keyword rows.*got.*\({NUM_ACTORS}, "):
        read(tmp_path, ABOUT)


@pytest.mark.parametrize("genre", [np.zeros(5, np.int32), np.full(NUM_MOVIES, 3, np.int32)])
def test_genres_of_other_movies_or_numbers_are_refused(raw, tmp_path, genre):
    copy_files(raw["imdb"], tmp_path)
    np.save(tmp_path / "labels.npy", genre)
    with pytest.raises(DataError, match=rf"{NUM_MOVIES} genres below 3 in .*got.*download"):
        read(tmp_path, ABOUT)


def test_the_parts_are_a_partition_of_the_credits(raw_data, imdb):
    split = split_of(imdb)
    credits = raw_data["imdb"].interactions
    assert sum(map(len, split)) == len(credits)
    assert set.union(*map(pairs, split)) == pairs(credits)
    assert abs(len(split[1]) - len(split[2])) <= 1


@pytest.mark.parametrize("sign", [1, -1])
def test_popularity_cannot_tell_held_out_credits_from_negatives(imdb, sign):
    popularity = sign * np.bincount(imdb.data.train.item, minlength=NUM_MOVIES)
    for held_out in (imdb.data.valid, imdb.test):
        items = np.concatenate([held_out.interactions.item, held_out.negative])
        label = np.repeat([1, 0], len(held_out))
        assert roc_auc_score(label, popularity[items]) == 0.5


def test_deleting_the_held_out_credits_leaves_graph_and_features_as_they_are(raw, imdb, tmp_path):
    """The files without the held-out credits, and the same split: training is the same."""
    copy_files(raw["imdb"], tmp_path)
    adjacency = sp.load_npz(raw["imdb"] / "adjM.npz").tolil()
    for part in split_of(imdb)[1:]:
        for actor, movie in pairs(part):
            node = NUM_MOVIES + NUM_DIRECTORS + actor
            adjacency[node, movie] = adjacency[movie, node] = 0
    sp.save_npz(tmp_path / "adjM.npz", adjacency.tocsr())
    for number in (1, 2):  # what the published files say of directors and actors is not read
        (tmp_path / f"features_{number}.npz").unlink()
    bare, data = read_raw(tmp_path, ABOUT), imdb.data
    assert_same_interactions(bare.interactions, data.train)
    assert_same_entities(bare.users, data.users)
    assert_same_entities(bare.items, data.items)
    graphs = (build_graph(part) for part in (replace(data, train=bare.interactions), data))
    first, second = (to_scipy(graph.adjacency()).toarray() for graph in graphs)
    np.testing.assert_array_equal(first, second)


def test_the_same_seed_gives_the_same_split_and_another_seed_another(raw_data, imdb):
    same, other = (prepare(raw_data["imdb"], ABOUT, seed) for seed in (2020, 1))
    assert_same_interactions(same.test.interactions, imdb.test.interactions)
    np.testing.assert_array_equal(same.test.negative, imdb.test.negative)
    assert pairs(other.test.interactions) != pairs(imdb.test.interactions)


def in_top_ten(profile: sp.csr_array, prepared) -> float:
    """Share of the held-out credits in the top ten of plain cosine, over all unseen movies.

    `profile` is (actors, keywords).
    """
    keywords = prepared.data.items.features["keywords"].matrix
    scores = (unit_rows(profile) @ unit_rows(keywords).T).toarray()
    train, valid, test = split_of(prepared)
    seen = Seen([train, valid], prepared.data.num_users)
    _, rank = relevant_ranks(lambda user: torch.from_numpy(scores[user.numpy()]), test, seen)
    return float((rank <= 10).double().mean())


def test_the_published_features_of_actors_leak_and_those_of_training_credits_do_not(real):
    prepared = prepare(read(real["imdb"], ABOUT), ABOUT, 2020)
    data = prepared.data
    published = sp.csr_array(sp.load_npz(real["imdb"] / "features_2.npz"))
    assert in_top_ten(published, prepared) > 0.5
    cast = data.train.matrix(data.num_users, data.num_items)
    assert in_top_ten(sp.csr_array(cast @ data.items.features["keywords"].matrix), prepared) < 0.10


def test_the_real_split_holds_out_about_1_900_credits_twice(real):
    given = read(real["imdb"], ABOUT)
    assert (len(given.users), len(given.items), len(given)) == (5257, 4278, 12_828)
    data, test = prepare(given, ABOUT, 2020)
    assert len(data.valid) == pytest.approx(1900, abs=100)
    assert len(test) == pytest.approx(1900, abs=100)
