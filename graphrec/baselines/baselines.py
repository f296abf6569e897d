"""The trivial baselines: what a model has to beat, on the same split by the same measures."""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphrec.data.interactions import Interactions, TrainingData
from graphrec.evaluation.evaluate import PairFunction, Predictor
from graphrec.evaluation.ranking import BLOCK
from graphrec.filters import similarity as filters

KNN_NEIGHBOURS = 100
EASE_RIDGE = 400.0
"""Published choice for MovieLens 100K; larger data want a larger one."""
MEAN_DAMPING = 10.0
"""Ratings' worth of the overall mean that every user's and item's mean starts from."""
HAND_SET = {"keyword-cosine": 1.0, "same-director": 0.5, "common-neighbors": 0.1}
"""Weights of the hand-set combination of structural scores."""

Rows = Callable[[NDArray[np.int64]], NDArray[np.float32]]
"""Users (n,) → scores of every item (n, items)."""


def movielens_baselines(data: TrainingData, relevant: float) -> dict[str, Predictor]:
    """Means predict ratings; the others rank, fitted on the relevant training ratings."""
    liked = data.train[data.train.rating >= relevant].matrix(data.num_users, data.num_items)
    similar = filters.nearest(filters.cosine(sp.csr_array(liked.T)), KNN_NEIGHBOURS)
    return {
        **mean_baselines(data.train, data.num_users, data.num_items),
        "popularity": rank_by(np.bincount(data.train.item, minlength=data.num_items)),
        "item-knn": rank_with(lambda user: (liked[user] @ similar).toarray()),
        "ease": filter_with(liked, filters.ease(liked, EASE_RIDGE)),
    }


def imdb_baselines(data: TrainingData) -> dict[str, Predictor]:
    """Structural scores of actors and movies; all see the training credits alone."""
    known = data.train.matrix(data.num_users, data.num_items)
    popularity = np.bincount(data.train.item, minlength=data.num_items)
    common = filters.shared(sp.csr_array(known.T))
    director = filters.shared(data.item_features["director"])
    profile = filters.unit_rows(data.user_features["keywords"])
    keywords = sp.csr_array(filters.unit_rows(data.item_features["keywords"]).T)
    scores: dict[str, Rows] = {
        "keyword-cosine": lambda user: (profile[user] @ keywords).toarray(),
        "same-director": lambda user: ((known[user] @ director).toarray() > 0).astype(np.float32),
        "common-neighbors": lambda user: np.log1p((known[user] @ common).toarray()),
    }

    def hand_set(user: NDArray[np.int64]) -> NDArray[np.float32]:
        parts = [np.float32(weight) * scores[name](user) for name, weight in HAND_SET.items()]
        total: NDArray[np.float32] = np.sum(parts, axis=0)
        return total

    return {
        "constant": Predictor(predict=lambda user, item: torch.full(user.shape, 0.5)),
        "popularity": rank_by(popularity),
        "reversed-popularity": rank_by(-popularity),
        **{name: rank_with(rows) for name, rows in scores.items()},
        "hand-set": rank_with(hand_set),
        "ease": filter_with(known, filters.ease(known, EASE_RIDGE)),
    }


def mean_baselines(train: Interactions, num_users: int, num_items: int) -> dict[str, Predictor]:
    """The overall mean, and the damped means of users, of items and of both together."""
    mean = float(train.rating.mean())
    item = damped_means(train.item, train.rating - mean, num_items)
    user = damped_means(train.user, train.rating - mean, num_users)
    rest = train.rating - mean - item[train.item]
    user_after_item = damped_means(train.user, rest, num_users)

    def predictor(user_part: NDArray[np.float32], item_part: NDArray[np.float32]) -> Predictor:
        u, i = torch.from_numpy(user_part), torch.from_numpy(item_part)
        return Predictor(predict=lambda users, items: mean + u[users] + i[items])

    none_user, none_item = np.zeros(num_users, np.float32), np.zeros(num_items, np.float32)
    return {
        "constant": predictor(none_user, none_item),
        "user-mean": predictor(user, none_item),
        "item-mean": predictor(none_user, item),
        "user-and-item-mean": predictor(user_after_item, item),
    }


def damped_means(
    group: NDArray[np.int64], value: NDArray[np.float32], num_groups: int
) -> NDArray[np.float32]:
    """(groups,) mean of `value` in each group, drawn towards 0 as by MEAN_DAMPING zeros more."""
    total = np.bincount(group, value, num_groups)
    means = total / (np.bincount(group, minlength=num_groups) + MEAN_DAMPING)
    return means.astype(np.float32)


def rank_by(item_score: NDArray[np.int64]) -> Predictor:
    """The same ranking for everybody."""
    row = torch.from_numpy(item_score.astype(np.float32))
    return Predictor(
        score=lambda user, item: row[item],
        score_all=lambda user: row.expand(len(user), -1).clone(),
    )


def filter_with(known: sp.csr_array, weights: NDArray[np.float32]) -> Predictor:
    """Scores `known` @ `weights`, a block of users at a time."""
    return rank_with(lambda user: known[user] @ weights)


def rank_with(rows: Rows) -> Predictor:
    def score_all(user: Tensor) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(rows(user.numpy()), np.float32))

    return Predictor(score=pairs_of(score_all), score_all=score_all)


def pairs_of(score_all: Callable[[Tensor], Tensor]) -> PairFunction:
    """Scores of single pairs, read from rows of scores."""

    def score(user: Tensor, item: Tensor) -> Tensor:
        parts = [
            score_all(users).gather(1, items[:, None])[:, 0]
            for users, items in zip(user.split(BLOCK), item.split(BLOCK), strict=True)
        ]
        return torch.cat(parts)

    return score
