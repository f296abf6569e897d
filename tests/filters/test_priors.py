"""The covariance that is expected of residuals before any is seen."""

import numpy as np
import pytest

from graphrec.config.filters import PriorParams
from graphrec.data.dataset import FeatureBlock
from graphrec.data.features import categorical, numeric
from graphrec.filters.priors import prior_covariance, propagated_similarity
from tests.datasets import entities, interactions
from tests.faults import PARAMS

OPTIONS = PriorParams(
    own=0.5, shared=0.25, graph=0.75, values=0.125, numeric=1.0, numeric_width=2.0
)


def test_without_side_information_all_are_equally_alike():
    prior = prior_covariance(entities("i", 3), OPTIONS)
    np.testing.assert_array_equal(prior, 0.5 * np.eye(3) + 0.25)
    assert prior.dtype == np.float32


def test_shared_values_count_by_the_cosine_of_all_of_them():
    genre = categorical(np.array(["a", "b", "a", ""]))
    known = prior_covariance(entities("i", 4, genre=genre), OPTIONS)
    plain = prior_covariance(entities("i", 4), OPTIONS)
    expected = np.array([[1, 0, 1, 0], [0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]])
    np.testing.assert_allclose(known - plain, 0.125 * expected, atol=1e-6)
    country = FeatureBlock(
        "multi_valued", categorical(np.array(["x", "x", "y", "y"])).matrix, genre.columns
    )
    both = prior_covariance(entities("i", 4, genre=genre, country=country), OPTIONS) - plain
    half, root = 0.125 / 2, 0.125 / np.sqrt(2)
    assert both[0, 1] == pytest.approx(half)
    assert both[0, 2] == pytest.approx(half)
    assert both[2, 3] == pytest.approx(root)
    assert both[3, 3] == pytest.approx(0.125)


def test_numbers_count_by_their_distance_in_widths_and_zero_is_one():
    year = numeric("year", np.array([0.0, 4.0, np.nan, 0.0], np.float32))
    change = prior_covariance(entities("i", 4, year=year), OPTIONS)
    change -= prior_covariance(entities("i", 4), OPTIONS)
    width = 2 * np.std([0, 4, 0])
    near = np.exp(-0.5 * (4 / width) ** 2)
    expected = [[1, near, 0, 1], [near, 1, 0, near], [0, 0, 0, 0], [1, near, 0, 1]]
    np.testing.assert_allclose(change, expected, atol=1e-6)


def test_equal_numbers_are_finite():
    year = numeric("year", np.full(3, 1999, np.float32))
    change = prior_covariance(entities("i", 3, year=year), OPTIONS)
    np.testing.assert_allclose(change - prior_covariance(entities("i", 3), OPTIONS), 1, atol=1e-6)


def test_the_graph_counts_by_its_similarity():
    similarity = np.array([[1, 0.5], [0.5, 1]], np.float32)
    change = prior_covariance(entities("i", 2), OPTIONS, similarity)
    change -= prior_covariance(entities("i", 2), OPTIONS)
    np.testing.assert_allclose(change, 0.75 * similarity, atol=1e-6)


@pytest.mark.parametrize("layers", [0, 1, 2, 3, 4, 5])
def test_the_similarity_is_the_cosine_of_propagated_one_hot_vectors(layers):
    edges = np.random.default_rng(0).random((6, 9)) < 0.4
    edges[2], edges[:, 4] = False, False  # a user and an item without an edge
    adjacency = np.zeros((15, 15))
    adjacency[:6, 6:], adjacency[6:, :6] = edges, edges.T
    adjacency /= np.maximum(adjacency.sum(axis=1, keepdims=True), 1)
    vectors = sum(
        (np.linalg.matrix_power(adjacency, layer) for layer in range(1, layers + 1)),
        np.zeros((15, 15)),
    )
    products = vectors @ vectors.T
    norm = np.sqrt(np.diag(products))
    expected = products / np.where(norm > 0, norm, 1)[:, None] / np.where(norm > 0, norm, 1)
    matrix = interactions(*np.nonzero(edges)).matrix(6, 9)
    users, items = propagated_similarity(matrix, layers)
    assert users.dtype == items.dtype == np.float32
    np.testing.assert_allclose(users, expected[:6, :6], atol=1e-5)
    np.testing.assert_allclose(items, expected[6:, 6:], atol=1e-5)


def test_with_one_layer_it_is_the_cosine_of_who_has_rated_them(data):
    matrix = data.train.matrix(data.num_users, data.num_items)
    users, items = propagated_similarity(matrix, 1)
    for similarity, rows in ((users, matrix.toarray()), (items, matrix.toarray().T)):
        count = np.maximum(rows.sum(axis=1), 1)
        expected = rows @ rows.T / np.sqrt(np.outer(count, count))
        np.testing.assert_allclose(similarity, expected, atol=1e-5)


@pytest.mark.parametrize("side", ["users", "items"])
def test_it_is_symmetric_and_positive_definite(data, side):
    matrix = data.train.matrix(data.num_users, data.num_items)
    similarity = propagated_similarity(matrix, 3)[side == "items"]
    for options in (PARAMS.filters.rating.item_prior, PARAMS.filters.rating.user_prior):
        prior = prior_covariance(getattr(data, side), options, similarity)
        np.testing.assert_allclose(prior, prior.T, atol=1e-6)
        assert np.linalg.eigvalsh(prior.astype(np.float64)).min() > 0
