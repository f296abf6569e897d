"""The rating filter against the Gaussian process written out."""

import numpy as np
import pytest
import torch

from graphrec.data.interactions import Interactions
from graphrec.filters.rating import RatingFilter
from tests.filters.dense import (
    ITEMS,
    MEAN,
    NOISE,
    SCALES,
    USERS,
    condition,
    cross_covariance,
    noisy_covariance,
    random_covariance,
    random_ratings,
)

TRAIN, OF_USERS, OF_ITEMS = random_ratings(), random_covariance(USERS), random_covariance(ITEMS)
EVERY = Interactions(
    *np.indices((USERS, ITEMS)).reshape(2, -1),
    np.zeros(USERS * ITEMS, np.float32),
    np.zeros(USERS * ITEMS, np.int64),
)


@pytest.fixture
def fitted() -> RatingFilter:
    return condition(TRAIN, OF_USERS, OF_ITEMS)


def expected_ratings() -> np.ndarray:
    noisy = noisy_covariance(TRAIN, OF_USERS, OF_ITEMS)
    dual = np.linalg.solve(noisy, TRAIN.rating - MEAN)
    shared = cross_covariance(EVERY, TRAIN, OF_USERS, OF_ITEMS)
    return MEAN + (shared @ dual).reshape(USERS, ITEMS)


def test_predictions_are_expectations_given_all_training_ratings(fitted):
    ratings = fitted(torch.arange(USERS))
    assert ratings.dtype == torch.float32
    np.testing.assert_allclose(ratings, expected_ratings(), atol=1e-4)


def test_users_may_be_asked_in_any_order_and_more_than_once(fitted):
    user = torch.tensor([4, 0, 4, USERS - 1])
    np.testing.assert_allclose(fitted(user), fitted(torch.arange(USERS))[user], atol=1e-6)


def test_pairs_are_entries_of_the_rows(fitted, monkeypatch):
    monkeypatch.setattr("graphrec.filters.rating.BLOCK", 2)
    user, item = torch.tensor([6, 0, 3, 0, 5]), torch.tensor([1, 4, 2, 0, 2])
    expected = fitted(torch.arange(USERS))[user, item]
    np.testing.assert_allclose(fitted.predict(user, item), expected, atol=1e-6)


def test_its_state_is_all_that_it_knows(fitted):
    state = {name: part.clone() for name, part in fitted.state_dict().items()}
    assert {part.numel() for part in state.values()} == {USERS**2, ITEMS**2, len(TRAIN), 3, 1}
    twin = RatingFilter.from_state(state)
    user = torch.arange(USERS)
    np.testing.assert_array_equal(twin(user), fitted(user))
    np.testing.assert_array_equal(twin.dual, fitted.dual)


def test_a_new_user_is_the_mean_one_and_what_its_own_ratings_tell(fitted):
    """Dense: a user apart from all others, about the mean of their rows of K_u."""
    dual, item = fitted.dual.numpy(), torch.tensor([2, 0, 4])
    rating = torch.tensor([5.0, 1.0, 4.0])
    spread = np.zeros((USERS, ITEMS))
    spread[TRAIN.user, TRAIN.item] = dual
    row = OF_USERS.mean(axis=0) @ spread
    prior = MEAN + SCALES.user * row + SCALES.product * row @ OF_ITEMS
    np.testing.assert_allclose(fitted.fold_in(item[:0], rating[:0]), prior, atol=1e-4)
    apart = np.diag(OF_USERS).mean() - OF_USERS.mean()
    shared = (SCALES.item + SCALES.product * apart) * OF_ITEMS
    noisy = shared[np.ix_(item, item)] + (NOISE + SCALES.user * apart) * np.eye(3)
    residual = rating.numpy() - prior[item]
    expected = prior + shared[:, item] @ np.linalg.solve(noisy, residual)
    np.testing.assert_allclose(fitted.fold_in(item, rating), expected, atol=1e-4)


def test_the_mean_of_all_users_apart_from_their_own_ratings_is_the_new_one(fitted):
    own = np.zeros((USERS, ITEMS))
    own[TRAIN.user, TRAIN.item] = fitted.dual
    others = fitted(torch.arange(USERS)).numpy() - SCALES.item * own @ OF_ITEMS
    nothing = torch.tensor([], dtype=torch.int64), torch.tensor([])
    np.testing.assert_allclose(fitted.fold_in(*nothing), others.mean(axis=0), atol=1e-4)
