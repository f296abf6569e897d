"""The model that knows when a rating was given: what it may see of held-out ratings."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from graphrec.config.params import select_run
from graphrec.filters.time_kernel import SECONDS_A_DAY
from graphrec.training.time_aware import effects_of_time, fit_time_aware, time_terms
from tests.faults import PARAMS
from tests.filters.dense import (
    ITEMS,
    MEAN,
    SCALES,
    TERMS,
    USERS,
    condition,
    cross_covariance,
    noisy_covariance,
    random_covariance,
    random_ratings,
)

RUN = select_run(PARAMS, "movielens-mse")


@pytest.mark.parametrize(("name", "resolution"), [("second", 1), ("day", SECONDS_A_DAY)])
@pytest.mark.parametrize("term", ["user", "taste"])
def test_the_kernels_are_those_of_the_parameters(name, resolution, term):
    options = getattr(PARAMS.time_aware, name)
    kernel, section = getattr(time_terms(options), term), getattr(options, term)
    assert kernel.resolution == resolution
    assert kernel.same_day == section.same_day
    assert kernel.fading == {term.days: term.variance for term in section.fading}


def predict(data, held):
    model = fit_time_aware(RUN, PARAMS, data, [held], PARAMS.time_aware.second)
    pairs = held.interactions
    user, item = (torch.from_numpy(part) for part in (pairs.user, pairs.item))
    return model.predict(user, item).numpy()


def test_held_out_ratings_do_not_matter_and_times_do(movielens):
    data, test = movielens.data, movielens.test
    first = predict(data, test)
    pairs = test.interactions
    other = replace(test, interactions=replace(pairs, rating=6 - pairs.rating))
    np.testing.assert_array_equal(first, predict(data, other))
    later = replace(test, interactions=replace(pairs, timestamp=pairs.timestamp + 10**9))
    assert np.abs(first - predict(data, later)).max() > 0.01


def test_pairs_that_are_not_held_out_have_no_effect_of_time(movielens):
    data = movielens.data
    model = fit_time_aware(RUN, PARAMS, data, [movielens.test], PARAMS.time_aware.day)
    user, item = (torch.from_numpy(part[:50]) for part in (data.train.user, data.train.item))
    expected = model.timeless.predict(user, item)
    np.testing.assert_array_equal(model.predict(user, item), expected)


def test_the_effect_is_added_to_what_is_predicted_without_the_time(movielens):
    data, pairs = movielens.data, movielens.test.interactions
    options = PARAMS.time_aware.second
    model = fit_time_aware(RUN, PARAMS, data, [movielens.test], options)
    effects = effects_of_time(model.timeless, time_terms(options), data.train, pairs)
    user, item = (torch.from_numpy(part) for part in (pairs.user, pairs.item))
    expected = model.timeless.predict(user, item) + torch.from_numpy(effects)
    torch.testing.assert_close(model.predict(user, item), expected)


def test_the_effect_is_the_rest_of_the_expectation_that_knows_the_time():
    """Dense: what the covariance with time expects, less what that without it does."""
    ratings, of_users, of_items = (
        random_ratings(),
        random_covariance(USERS),
        random_covariance(ITEMS),
    )
    train, held = ratings[np.arange(12)], ratings[np.arange(12, len(ratings))]
    timeless = condition(train, of_users, of_items, TERMS)
    dual = np.linalg.solve(
        noisy_covariance(train, of_users, of_items, SCALES, TERMS), train.rating - MEAN
    )
    expected = MEAN + cross_covariance(held, train, of_users, of_items, SCALES, TERMS) @ dual
    user, item = (torch.from_numpy(part) for part in (held.user, held.item))
    predicted = timeless.predict(user, item).numpy()
    effects = effects_of_time(timeless, TERMS, train, held)
    assert np.abs(effects).max() > 0.01
    np.testing.assert_allclose(predicted + effects, expected, atol=1e-4)
