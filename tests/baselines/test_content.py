"""Rankings by what is known of items, against the same written with dense matrices."""

import numpy as np
import pytest
import torch

from graphrec.baselines.content import CATEGORY, CONTENT, NEIGHBORS, content_baselines


def unit(rows: np.ndarray) -> np.ndarray:
    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norm > 0, norm, 1)


@pytest.fixture
def rankings(imdb) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The scores of everybody, and those that are expected."""
    data = imdb.data
    user_items = data.train.matrix(data.num_users, data.num_items)
    every = torch.arange(data.num_users)
    scores = {
        name: ranking.score_items(every).numpy()
        for name, ranking in content_baselines(data, user_items).items()
    }
    dense = user_items.toarray().astype(float)
    keywords, director, genre = (
        data.items.features[name].matrix.toarray() for name in ("keywords", "director", "genre")
    )
    expected = {
        "keywords-cosine": unit(dense @ keywords) @ unit(keywords).T,
        "same-director": (dense @ director @ director.T > 0).astype(float),
        "same-genre": (dense @ genre @ genre.T > 0).astype(float),
        "common-neighbors": np.log1p(dense @ dense.T @ dense),
    }
    return scores, expected


def test_each_ranking_is_what_its_name_says(rankings):
    scores, expected = rankings
    assert set(scores) == {*expected, "hand-set"}
    for name, each in expected.items():
        np.testing.assert_allclose(scores[name], each, atol=1e-5, err_msg=name)


def test_the_hand_set_one_is_their_weighted_sum(rankings):
    scores, expected = rankings
    total = (
        CONTENT * expected["keywords-cosine"]
        + CATEGORY * (expected["same-director"] + expected["same-genre"])
        + NEIGHBORS * expected["common-neighbors"]
    )
    np.testing.assert_allclose(scores["hand-set"], total, atol=1e-5)


def test_numbers_are_no_values_to_share(movielens):
    data = movielens.data
    user_items = data.train.matrix(data.num_users, data.num_items)
    assert set(content_baselines(data, user_items)) == {
        "genre-cosine",
        "common-neighbors",
        "hand-set",
    }
