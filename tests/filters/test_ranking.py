"""Which ranking filters are fitted to what, on the small data sets."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from graphrec.data.features import categorical, numeric, tf_idf
from graphrec.filters.biases import fit_biases
from graphrec.filters.item_filters import Content
from graphrec.filters.ranking import FLOOR, fit_ranking_filters, log_scores, residuals
from graphrec.filters.spectral import singular_vectors
from tests.datasets import dataset, entities, interactions
from tests.faults import PARAMS

OPTIONS, SEED = PARAMS.filters.ranking, 7
FEW = interactions([0, 0, 1, 1, 2], [0, 1, 1, 2, 0])


def test_residuals_are_what_biases_leave(movielens):
    data = movielens.data
    mean, user, item = fit_biases(data.train, data.num_users, data.num_items)
    expected = data.train.rating - mean - user[data.train.user] - item[data.train.item]
    np.testing.assert_allclose(residuals(data), expected, atol=1e-5)


@pytest.mark.parametrize("rating_weight", [0.2, 5.0])
def test_ratings_above_the_expected_count_more_and_none_less_than_the_floor(
    movielens, rating_weight
):
    data = movielens.data
    options = OPTIONS.model_copy(update={"rating_weight": rating_weight})
    strength = np.maximum(1 + rating_weight * residuals(data), FLOOR)
    assert (strength == FLOOR).any() == (rating_weight == 5.0)
    user_items = np.zeros((data.num_users, data.num_items))
    user_items[data.train.user, data.train.item] = strength
    gram, dropout = user_items.T @ user_items, OPTIONS.dropout
    penalty = OPTIONS.regularization + dropout / (1 - dropout) * np.diag(gram)
    inverse = np.linalg.inv(gram + np.diag(penalty))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    expected = log_scores(torch.from_numpy(user_items @ weights))
    filters = fit_ranking_filters(data, options, SEED)
    np.testing.assert_allclose(filters.matrix.toarray(), user_items, atol=1e-5)
    (scores,) = filters(torch.arange(data.num_users))
    np.testing.assert_allclose(scores.numpy(), expected, atol=2e-3)


def test_every_event_counts_as_one(imdb):
    data = imdb.data
    filters = fit_ranking_filters(data, OPTIONS, SEED)
    expected = data.train.matrix(data.num_users, data.num_items)
    np.testing.assert_array_equal(filters.matrix.toarray(), expected.toarray())


def test_events_are_ranked_by_each_block_of_values_too(imdb):
    data = imdb.data
    filters = fit_ranking_filters(data, OPTIONS, SEED)
    contents = [each for each in filters.filters.values() if isinstance(each, Content)]
    blocks = [data.items.features[name] for name in ("director", "genre", "keywords")]
    for each, block in zip(contents, blocks, strict=True):
        expected = tf_idf(block.matrix).toarray()
        np.testing.assert_allclose(each.profile.scipy().toarray(), expected, atol=1e-6)


def test_numbers_and_what_users_have_are_no_filters():
    year = numeric("year", np.arange(3, dtype=np.float32))
    data = replace(
        dataset(3, 3, FEW, explicit=False),
        items=entities("i", 3, year=year),
        users=entities("u", 3, job=categorical(np.array(["a", "b", "a"]))),
    )
    assert fit_ranking_filters(data, OPTIONS, SEED).names == ["co_occurrence"]


def test_with_many_items_walks_and_singular_vectors_are_of_the_same_interactions(
    movielens, monkeypatch
):
    monkeypatch.setattr("graphrec.filters.ranking.MOST_ITEMS", movielens.data.num_items - 1)
    data, options = movielens.data, OPTIONS.model_copy(update={"vectors": 5})
    filters = fit_ranking_filters(data, options, SEED)
    low_pass, walk = filters.filters["low_pass"], filters.filters["walk"]
    np.testing.assert_array_equal(walk.user_items.scipy().toarray(), filters.matrix.toarray())
    assert walk.exponents.tolist() == pytest.approx(options.walk_exponents)
    _, vectors = singular_vectors(filters.matrix, 5, SEED)
    np.testing.assert_array_equal(low_pass.vectors, vectors)
    expected = np.bincount(data.train.item, minlength=data.num_items)
    assert low_pass.degree.tolist() == expected.tolist()


def test_as_many_items_as_are_allowed_still_have_a_dense_matrix(movielens, monkeypatch):
    monkeypatch.setattr("graphrec.filters.ranking.MOST_ITEMS", movielens.data.num_items)
    assert fit_ranking_filters(movielens.data, OPTIONS, SEED).names == ["co_occurrence"]


def test_scores_count_in_means_of_their_row_and_none_as_a_tenth_of_it():
    scores = torch.tensor([[0.0, 1.0, 2.0], [-5.0, 40.0, 20.0], [0.0, 0.0, 0.0]])
    expected = torch.tensor([[0.1, 1.1, 2.1], [0.1, 2.1, 1.1], [0.1, 0.1, 0.1]]).log()
    torch.testing.assert_close(log_scores(scores), expected)
