"""Structural scores against the same written with dense matrices."""

from dataclasses import replace

import numpy as np
import pytest
from graphrec.filters.structure import structural_scores

from graphrec.data.features import categorical
from tests.datasets import dataset, entities, interactions
from tests.faults import PARAMS

OPTIONS = PARAMS.filters.implicit
NAMES = ("content", "category", "co_users", "category_users")


def only(name: str, weight: float = 1.0):
    """Options under which one score is all."""
    weights = OPTIONS.weights.model_copy(update=dict.fromkeys(NAMES, 0.0) | {name: weight})
    return OPTIONS.model_copy(update={"weights": weights})


def unit(rows: np.ndarray) -> np.ndarray:
    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norm > 0, norm, 1)


def without_diagonal(matrix: np.ndarray) -> np.ndarray:
    return matrix - np.diag(np.diag(matrix))


def dense_scores(data) -> dict[str, np.ndarray]:
    user_items = np.zeros((data.num_users, data.num_items))
    user_items[data.train.user, data.train.item] = 1
    directors = data.items.features["director"].matrix.toarray().astype(float)
    present = (data.items.features["keywords"].matrix.toarray() > 0).astype(float)
    frequency = np.maximum(present.sum(axis=0), 1)
    tf_idf = unit(present * np.log(len(present) / frequency))
    co_users = without_diagonal(user_items.T @ user_items)
    of_co_users = co_users / np.maximum(co_users.sum(axis=1, keepdims=True), 1)
    same = directors @ directors.T
    of_director = same / same.sum(axis=1, keepdims=True)
    smoothed = (
        tf_idf
        + OPTIONS.category_smoothing * of_director @ tf_idf
        + OPTIONS.co_user_smoothing * of_co_users @ tf_idf
    )
    profile = unit(smoothed)
    by_users = unit((user_items @ directors).T)
    alike = user_items @ directors @ by_users @ by_users.T @ directors.T
    return {
        "content": unit(user_items @ profile) @ profile.T,
        "category": (user_items @ without_diagonal(same) > 0).astype(float),
        "co_users": np.log1p(user_items @ co_users),
        "category_users": np.sqrt(alike),
    }


@pytest.mark.parametrize("name", NAMES)
def test_each_score_is_what_it_says(imdb, name):
    scores = structural_scores(imdb.data, only(name))
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, dense_scores(imdb.data)[name], atol=1e-5)


def test_all_together_are_their_weighted_sum(imdb):
    weights = OPTIONS.weights.model_dump()
    expected = sum(weights[name] * score for name, score in dense_scores(imdb.data).items())
    np.testing.assert_allclose(structural_scores(imdb.data, OPTIONS), expected, atol=1e-5)


@pytest.mark.parametrize("missing", ["keywords", "director"])
def test_without_a_block_the_other_scores_stay(imdb, missing):
    data = imdb.data
    features = {name: block for name, block in data.items.features.items() if name != missing}
    reduced = replace(data, items=replace(data.items, features=features))
    gone = {"keywords": ["content"], "director": ["category", "category_users"]}[missing]
    for name in NAMES:
        scores = structural_scores(reduced, only(name))
        assert scores.shape == (data.num_users, data.num_items)
        assert scores.any() == (name not in gone), name


def test_users_without_training_events_have_zeros():
    director = categorical(np.array(["a", "a", "b"]))
    data = dataset(2, 3, interactions([0], [0]), explicit=False)
    data = replace(data, items=entities("i", 3, director=director))
    scores = structural_scores(data, only("category", 0.5))
    assert scores.tolist() == [[0, 0.5, 0], [0, 0, 0]]
