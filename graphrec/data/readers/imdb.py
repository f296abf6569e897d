"""IMDB (MAGNN's graph, as in PyG): actors are the users, movies the items, credits interact."""

from pathlib import Path

import numpy as np
import scipy.sparse as sp

from graphrec.config.datasets import DatasetParams
from graphrec.data.dataset import Entities, FeatureBlock, RawData, Strings
from graphrec.data.errors import DataError
from graphrec.data.features import categorical
from graphrec.data.interactions import Interactions

MOVIE, DIRECTOR, ACTOR = 0, 1, 2
"""Values of node_types.npy."""
GENRES = np.array(["Action", "Comedy", "Drama"])
"""By their numbers in labels.npy."""


def read(folder: Path, _: DatasetParams) -> RawData:
    """Read the graph from the folder that holds adjM.npz and its fellows.

    Known of a movie are its plot keywords, as counts, its director and its genre, whoever acts in
    it. The genre is what the graph was published to classify; here it is known, as in a catalogue.
    The published keywords of actors are left: they are means over *all* their movies, the held-out
    ones too, and with them plain cosine finds nine of ten held-out credits.
    """
    kinds = np.load(folder / "node_types.npy", allow_pickle=False)
    adjacency = sp.csr_array(sp.load_npz(folder / "adjM.npz"))
    keywords = sp.csr_array(sp.load_npz(folder / "features_0.npz")).astype(np.float32)
    movie, director, actor = (np.flatnonzero(kinds == kind) for kind in (MOVIE, DIRECTOR, ACTOR))
    if adjacency.shape != (len(kinds), len(kinds)) or keywords.shape[0] != len(movie):
        raise DataError(
            f"expected an adjacency of {len(kinds)} nodes and {len(movie)} keyword rows in "
            f"{folder}, got {adjacency.shape} and {keywords.shape}: download the archive again"
        )
    genre = np.load(folder / "labels.npy", allow_pickle=False)
    if genre.shape != movie.shape or not np.isin(genre, np.arange(len(GENRES))).all():
        raise DataError(
            f"expected {len(movie)} genres below {len(GENRES)} in {folder / 'labels.npy'}, got "
            f"{np.unique(genre).tolist()[:5]}, shape {genre.shape}: download the archive again"
        )
    credit = np.argwhere(adjacency[actor][:, movie].toarray() > 0).astype(np.int64)
    directors = sp.csr_array(adjacency[movie][:, director] > 0).astype(np.float32)
    features = {
        "keywords": FeatureBlock("multi_valued", keywords, numbered("keyword", keywords.shape[1])),
        "director": FeatureBlock("categorical", directors, numbered("director", len(director))),
        "genre": categorical(GENRES[genre]),
    }
    ones, zeros = np.ones(len(credit), np.float32), np.zeros(len(credit), np.int64)
    return RawData(
        users=unnamed("actor", len(actor)),
        items=unnamed("movie", len(movie), features),
        interactions=Interactions(credit[:, 0], credit[:, 1], ones, zeros),
    )


def unnamed(noun: str, count: int, features: dict[str, FeatureBlock] | None = None) -> Entities:
    """Entities of which the published files have neither id nor name."""
    return Entities(np.arange(count).astype(np.str_), numbered(noun, count), features or {})


def numbered(noun: str, count: int) -> Strings:
    return np.array([f"{noun} {number}" for number in range(count)])
