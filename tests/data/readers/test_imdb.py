"""Reading and splitting IMDB: nothing tells which credits were held out."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from graphrec.data.readers.imdb import (
    build_training_data,
    choose_held_out,
    prepare_imdb,
    read_imdb,
    shuffle_items,
    split_imdb,
)
from graphrec.evaluation.ranking import Seen, relevant_ranks
from graphrec.filters.similarity import unit_rows
from graphrec.graph.bipartite import build_graph
from graphrec.graph.sparse import to_scipy
from tests.published import ACTORS_A_MOVIE, NUM_ACTORS, NUM_DIRECTORS, NUM_MOVIES


def pairs(part) -> set[tuple[int, int]]:
    return set(zip(part.user.tolist(), part.item.tolist(), strict=True))


def parts_of(prepared):
    return prepared.data.train, prepared.data.valid.interactions, prepared.test.interactions


def test_reading_finds_every_credit_and_director(raw):
    graph = read_imdb(raw["imdb"])
    assert (graph.num_actors, graph.num_movies) == (NUM_ACTORS, NUM_MOVIES)
    assert graph.directors.shape == (NUM_MOVIES, NUM_DIRECTORS)
    np.testing.assert_array_equal(graph.directors.sum(axis=1), 1)
    np.testing.assert_array_equal(np.bincount(graph.credits[:, 1]), ACTORS_A_MOVIE)
    adjacency = sp.load_npz(raw["imdb"] / "adjM.npz").toarray()
    first_actor = NUM_MOVIES + NUM_DIRECTORS
    for actor, movie in graph.credits:
        assert adjacency[first_actor + actor, movie] == 1


def test_an_adjacency_of_another_size_is_refused(raw, tmp_path):
    for path in raw["imdb"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    np.save(tmp_path / "node_types.npy", np.zeros(5, np.int32))
    with pytest.raises(ValueError, match=r"expected an adjacency of 5 nodes"):
        read_imdb(tmp_path)


def test_the_parts_are_a_partition_of_the_credits(raw, imdb):
    parts = parts_of(imdb)
    credits = read_imdb(raw["imdb"]).credits
    assert sum(map(len, parts)) == len(credits) == imdb.num_published
    assert set.union(*map(pairs, parts)) == {tuple(credit) for credit in credits.tolist()}
    assert abs(len(parts[1]) - len(parts[2])) <= 1


@given(st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_at_most_one_credit_of_a_movie_is_held_out_and_every_actor_keeps_one(seed):
    rng = np.random.default_rng(seed)
    cast = rng.random((15, 12)) < 0.25
    cast[rng.integers(15, size=12), np.arange(12)] = True
    credits = np.argwhere(cast)
    held = choose_held_out(credits, 15, rng)
    assert np.bincount(credits[held, 1], minlength=12).max() <= 1
    with_credits = np.unique(credits[:, 0])
    assert set(credits[~held, 0]) == set(with_credits)
    # And as many as can be: what is left of a movie without one belongs to actors with one.
    left = np.bincount(credits[~held, 0], minlength=15)
    untouched = np.setdiff1d(np.arange(12), credits[held, 1])
    assert (left[credits[np.isin(credits[:, 1], untouched), 0]] == 1).all()


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_contrasts_are_the_same_movies_in_another_order_and_never_credits(seed):
    rng = np.random.default_rng(seed)
    known = rng.random((30, 25)) < 0.1
    known[np.arange(25), np.arange(25)] = True
    held = np.stack([np.arange(25), np.arange(25)], axis=1)
    negative = shuffle_items(held, sp.csr_array(known.astype(np.float32)), rng)
    assert sorted(negative) == sorted(held[:, 1])
    assert not known[held[:, 0], negative].any()


def test_a_shuffle_that_cannot_be_is_told():
    everything = sp.csr_array(np.ones((3, 3), np.float32))
    held = np.stack([np.arange(3), np.arange(3)], axis=1)
    with pytest.raises(ValueError, match="expected to match 3 credits"):
        shuffle_items(held, everything, np.random.default_rng(0))


@pytest.mark.parametrize("sign", [1, -1])
def test_popularity_cannot_tell_held_out_credits_from_contrasts(imdb, sign):
    from sklearn.metrics import roc_auc_score

    popularity = sign * np.bincount(imdb.data.train.item, minlength=NUM_MOVIES)
    for held_out in (imdb.data.valid, imdb.test):
        items = np.concatenate([held_out.interactions.item, held_out.negative])
        label = np.repeat([1, 0], len(held_out))
        assert roc_auc_score(label, popularity[items]) == 0.5


def test_deleting_the_held_out_credits_leaves_graph_and_features_as_they_are(raw, imdb, tmp_path):
    """The files without the held-out credits, and the same split: training is the same."""
    for path in raw["imdb"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    adjacency = sp.load_npz(raw["imdb"] / "adjM.npz").tolil()
    for part in parts_of(imdb)[1:]:
        for actor, movie in pairs(part):
            node = NUM_MOVIES + NUM_DIRECTORS + actor
            adjacency[node, movie] = adjacency[movie, node] = 0
    sp.save_npz(tmp_path / "adjM.npz", adjacency.tocsr())
    for number in (1, 2):  # what the published files say of directors and actors is not read
        (tmp_path / f"features_{number}.npz").unlink()
    bare = read_imdb(tmp_path)
    data = imdb.data
    assert {tuple(credit) for credit in bare.credits.tolist()} == pairs(data.train)
    found = build_training_data(bare, bare.credits, data.valid)
    matrices = (to_scipy(build_graph(part).adjacency()).toarray() for part in (found, data))
    np.testing.assert_array_equal(*matrices)
    for side in ("user_features", "item_features"):
        for name, block in getattr(data, side).items():
            np.testing.assert_array_equal(getattr(found, side)[name].toarray(), block.toarray())


def test_actors_keywords_are_the_mean_over_their_training_movies(imdb):
    data = imdb.data
    movies = data.item_features["keywords"].toarray()
    for actor in range(NUM_ACTORS):
        expected = movies[data.train.item[data.train.user == actor]].mean(axis=0)
        found = data.user_features["keywords"][[actor]].toarray()[0]
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_same_seed_gives_the_same_split_and_another_seed_another(raw, imdb):
    same, other = (prepare_imdb(raw["imdb"], seed) for seed in (2020, 1))
    assert pairs(same.test.interactions) == pairs(imdb.test.interactions)
    np.testing.assert_array_equal(same.test.negative, imdb.test.negative)
    assert pairs(other.test.interactions) != pairs(imdb.test.interactions)


def found_by_cosine(profile, movies, data, test) -> float:
    """Share of the held-out credits in the top ten of plain cosine, over all unseen movies."""
    import torch

    scores = (unit_rows(profile) @ unit_rows(movies).T).toarray()
    seen = Seen([data.train, data.valid.interactions], data.num_users)
    _, rank = relevant_ranks(
        lambda user: torch.from_numpy(scores[user.numpy()]), test.interactions, seen
    )
    return float((rank <= 10).double().mean())


def test_the_published_features_of_actors_leak_and_the_rebuilt_ones_do_not(real):
    graph = read_imdb(real["imdb"])
    data, test = split_imdb(graph, 2020)
    published = sp.csr_array(sp.load_npz(real["imdb"] / "features_2.npz"))
    assert found_by_cosine(published, graph.keywords, data, test) > 0.5
    assert found_by_cosine(data.user_features["keywords"], graph.keywords, data, test) < 0.10


def test_the_real_split_holds_out_about_1_900_credits_twice(real):
    graph = read_imdb(real["imdb"])
    assert (graph.num_actors, graph.num_movies, len(graph.credits)) == (5257, 4278, 12_828)
    data, test = split_imdb(replace(graph), 2020)
    assert len(data.valid) == pytest.approx(1900, abs=100)
    assert len(test) == pytest.approx(1900, abs=100)
