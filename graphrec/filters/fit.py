"""Which closed-form filters each data set has: scores of every user and item, (users, items)."""

import numpy as np
import scipy.sparse as sp

from graphrec.data.interactions import FloatArray, TrainingData
from graphrec.filters import similarity as filters
from graphrec.filters.gaussian import fit_biases
from graphrec.filters.rating import fit_rating_filters

FLOOR = 0.01
"""Added to a score before its logarithm: what counts as no sign of interest at all."""


def movielens_filters(
    data: TrainingData,
    noise: float,
    item_over_relaxation: list[int],
    user_over_relaxation: list[int],
    ridge: float,
    drop: float,
    rating_weight: float,
) -> dict[str, FloatArray]:
    """Three predictions of every rating, and `watched`, the logarithm of an item-item score."""
    mean, user_bias, item_bias = fit_biases(data.train, data.num_users, data.num_items)
    expected = mean + user_bias[data.train.user] + item_bias[data.train.item]
    strength = 1 + rating_weight * (data.train.rating - expected)
    shape = (data.num_users, data.num_items)
    known = sp.csr_array((strength, (data.train.user, data.train.item)), shape=shape)
    watched = known @ filters.ease(known, ridge, drop)
    return {
        **fit_rating_filters(data, noise, item_over_relaxation, user_over_relaxation),
        "watched": np.log(np.maximum(watched, 0) + FLOOR).astype(np.float32),
    }


def imdb_filters(
    data: TrainingData, from_director: float, from_cast: float, weights: dict[str, float]
) -> dict[str, FloatArray]:
    """`structure`: how near a movie is to an actor's training movies.

    The weighted sum of `keywords`, their cosine, a movie's being smoothed with those of the other
    movies of its director and its cast; `director`, whether they share one; `cast`, the logarithm
    of the co-actors in common; and `directors`, how many actors their directors share.
    """
    known = data.train.matrix(data.num_users, data.num_items)
    by_director = data.item_features["director"]
    cast = filters.shared(sp.csr_array(known.T))
    keywords = filters.tf_idf(data.item_features["keywords"])
    smoothed = (
        keywords
        + from_director * filters.mean_rows(sp.csr_array(by_director @ by_director.T)) @ keywords
        + from_cast * filters.mean_rows(cast) @ keywords
    )
    profile = filters.unit_rows(sp.csr_array(smoothed))
    company = filters.unit_rows(sp.csr_array((known @ by_director).T))  # (directors, actors)
    parts = {
        "keywords": filters.unit_rows(sp.csr_array(known @ profile)) @ profile.T,
        "director": (known @ filters.shared(by_director) > 0).astype(np.float32),
        "cast": (known @ cast).log1p(),
        "directors": (known @ by_director @ (company @ company.T) @ by_director.T).sqrt(),
    }
    total = sum(weight * parts[name] for name, weight in weights.items())
    return {"structure": sp.csr_array(total).toarray().astype(np.float32)}
