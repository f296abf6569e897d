"""IMDB (MAGNN's graph, as in PyG): actors are the users, movies the items, credits interact."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from graphrec.data.interactions import (
    Features,
    HeldOut,
    IntArray,
    Interactions,
    Prepared,
    TrainingData,
)

MOVIE, DIRECTOR, ACTOR = 0, 1, 2
"""Values of node_types.npy."""


@dataclass(frozen=True)
class IMDB:
    """The published files as read. Actors' published keywords are not among them: they leak."""

    num_actors: int
    num_movies: int
    credits: IntArray
    """(n, 2) actor and movie of each credit, sorted."""
    keywords: sp.csr_array
    """(num_movies, keywords) plot keywords, counts."""
    directors: sp.csr_array
    """(num_movies, directors), one 1 a row."""


def read_imdb(folder: Path) -> IMDB:
    """Read the graph from the folder that holds adjM.npz and its fellows."""
    kinds = np.load(folder / "node_types.npy", allow_pickle=False)
    adjacency = sp.csr_array(sp.load_npz(folder / "adjM.npz"))
    keywords = sp.csr_array(sp.load_npz(folder / "features_0.npz")).astype(np.float32)
    movie, director, actor = (np.flatnonzero(kinds == kind) for kind in (MOVIE, DIRECTOR, ACTOR))
    if adjacency.shape != (len(kinds), len(kinds)) or keywords.shape[0] != len(movie):
        raise ValueError(
            f"expected an adjacency of {len(kinds)} nodes and {len(movie)} keyword rows, "
            f"got {adjacency.shape} and {keywords.shape}"
        )
    credits = np.argwhere(adjacency[actor][:, movie].toarray() > 0)
    directors = sp.csr_array(adjacency[movie][:, director] > 0).astype(np.float32)
    return IMDB(len(actor), len(movie), credits.astype(np.int64), keywords, directors)


def prepare_imdb(folder: Path, seed: int) -> Prepared:
    """Read and split; features of actors are rebuilt as if only training credits existed."""
    raw = read_imdb(folder)
    data, test = split_imdb(raw, seed)

    def rebuild(train: Interactions) -> tuple[Features, Features]:
        bare = replace(raw, credits=np.stack([train.user, train.item], axis=1))
        return actor_features(bare, bare.credits), movie_features(bare)

    return Prepared(data, test, len(raw.credits), rebuild)


def split_imdb(raw: IMDB, seed: int) -> tuple[TrainingData, HeldOut]:
    """Hold out at most one credit of a movie, only if its actor keeps a training credit.

    Half of the held-out credits validate, half test. Why one a movie: nearly all movies have three
    actors, so that under a plain random split the credits that a movie lacks in training tell how
    many it has held out.
    """
    rng = np.random.default_rng(seed)
    held = choose_held_out(raw.credits, raw.num_actors, rng)
    chosen = rng.permutation(np.flatnonzero(held))
    known = credit_matrix(raw.credits, raw)
    halves = [raw.credits[np.sort(part)] for part in np.array_split(chosen, 2)]
    valid, test = (
        HeldOut(as_interactions(part), shuffle_items(part, known, rng)) for part in halves
    )
    return build_training_data(raw, raw.credits[~held], valid), test


def build_training_data(raw: IMDB, train: IntArray, valid: HeldOut) -> TrainingData:
    return TrainingData(
        num_users=raw.num_actors,
        num_items=raw.num_movies,
        train=as_interactions(train),
        valid=valid,
        user_features=actor_features(raw, train),
        item_features=movie_features(raw),
        item_names=np.array([f"movie {number}" for number in range(raw.num_movies)]),
    )


def choose_held_out(
    credits: IntArray, num_actors: int, rng: np.random.Generator
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """(n,) marks at most one credit of each movie, leaving each actor at least one."""
    left = np.bincount(credits[:, 0], minlength=num_actors)
    held = np.zeros(len(credits), bool)
    taken: set[int] = set()
    for row in rng.permutation(len(credits)):
        actor, movie = credits[row].tolist()
        if movie not in taken and left[actor] > 1:
            taken.add(movie)
            left[actor] -= 1
            held[row] = True
    return held


def shuffle_items(credits: IntArray, known: sp.csr_array, rng: np.random.Generator) -> IntArray:
    """(n,) the movies of `credits` shuffled so that no pair with its actor is a known credit.

    Actors and movies appear as often as in the credits themselves, so popularity cannot tell the
    two apart. Clashing places swap with random others until none is left.
    """
    actor, movie = credits[:, 0], rng.permutation(credits[:, 1])
    for _ in range(1000):
        clash = np.flatnonzero(np.asarray(known[actor, movie]).ravel() > 0)
        if len(clash) == 0:
            return movie
        for here, there in zip(clash, rng.integers(len(movie), size=len(clash)), strict=True):
            movie[[here, there]] = movie[[there, here]]
    raise ValueError(
        f"expected to match {len(actor)} credits with non-credits, got {len(clash)} left"
    )


def actor_features(raw: IMDB, train: IntArray) -> Features:
    """Keywords of an actor: the mean over the movies of the *training* credits.

    The published vectors are means over all credits, the held-out ones too: with them, plain
    cosine finds nine of ten held-out credits.
    """
    matrix = credit_matrix(train, raw)
    count = np.maximum(matrix.sum(axis=1), 1)
    return {"keywords": sp.csr_array(sp.diags_array(1 / count) @ matrix @ raw.keywords)}


def movie_features(raw: IMDB) -> Features:
    """Plot keywords and the director: known facts about a movie, whoever acts in it."""
    return {"keywords": raw.keywords, "director": raw.directors}


def credit_matrix(credits: IntArray, raw: IMDB) -> sp.csr_array:
    """(num_actors, num_movies), 1 for a credit."""
    return as_interactions(credits).matrix(raw.num_actors, raw.num_movies)


def as_interactions(credits: IntArray) -> Interactions:
    count = len(credits)
    return Interactions(
        credits[:, 0], credits[:, 1], np.ones(count, np.float32), np.zeros(count, np.int64)
    )
