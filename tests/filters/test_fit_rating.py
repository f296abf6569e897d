"""The rating filter of a data set: learned, conditioned, and what it may see."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from graphrec.filters.biases import fit_biases
from graphrec.filters.rating import RatingFilter, fit_rating_filter
from tests.datasets import dataset, interactions
from tests.faults import PARAMS

OPTIONS = PARAMS.filters.rating
FEW = interactions([0, 0, 1, 1, 2], [0, 1, 1, 2, 0], [5, 3, 4, 1, 2])


def predictions(data, layers=2) -> np.ndarray:
    """Of every rating (users, items)."""
    return fit_rating_filter(data, OPTIONS, layers)(torch.arange(data.num_users)).numpy()


def test_ratings_without_side_information_are_predicted_for_all_users_and_items():
    data = dataset(5, 4, FEW)  # two users and an item have none
    ratings = predictions(data)
    assert ratings.shape == (5, 4)
    assert np.isfinite(ratings).all()
    np.testing.assert_array_equal(ratings[3], ratings[4])


@pytest.mark.parametrize("rating", [1.0, 3.5, 5.0])
def test_where_all_ratings_are_equal_so_are_the_predictions(rating):
    data = dataset(3, 3, replace(FEW, rating=np.full(len(FEW), rating, np.float32)))
    np.testing.assert_allclose(predictions(data), rating, atol=1e-5)


def test_one_star_more_for_all_is_one_star_more_for_all(movielens):
    data = movielens.data
    more = replace(data, train=replace(data.train, rating=data.train.rating + 1))
    np.testing.assert_allclose(predictions(more), predictions(data) + 1, atol=2e-2)


@pytest.mark.parametrize("layers", [0, 2, 4])
def test_held_out_ratings_are_predicted_better_than_by_biases(movielens, layers):
    """The tastes of the small data set have two dimensions: they can be learnt."""
    data, held = movielens.data, movielens.data.valid.interactions
    mean, user, item = fit_biases(data.train, data.num_users, data.num_items)
    base = mean + user[held.user] + item[held.item]
    ratings = predictions(data, layers)[held.user, held.item]
    assert ((ratings - held.rating) ** 2).mean() < ((base - held.rating) ** 2).mean()


def test_a_rating_filter_looks_at_training_ratings_alone_and_repeats_to_the_bit(movielens):
    data = movielens.data
    held = data.valid.interactions
    other = replace(data.valid, interactions=replace(held, rating=held.rating * 0))
    np.testing.assert_array_equal(predictions(data), predictions(replace(data, valid=other)))


@pytest.mark.parametrize(("num_users", "num_items"), [(6_001, 3), (3, 6_001)])
def test_a_data_set_too_large_for_covariances_is_told(num_users, num_items):
    with pytest.raises(ValueError, match=r"expected at most 6,000 users and items .* 6,001"):
        fit_rating_filter(dataset(num_users, num_items, FEW), OPTIONS)


def test_it_comes_back_from_a_file(movielens, tmp_path):
    fitted = fit_rating_filter(movielens.data, OPTIONS)
    save_file(fitted.state_dict(), tmp_path / "filter.safetensors")
    twin = RatingFilter.from_state(load_file(tmp_path / "filter.safetensors"))
    user = torch.arange(movielens.data.num_users)
    np.testing.assert_array_equal(twin(user), fitted(user))
