"""The model that knows when a rating was given: what it may see of held-out ratings."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from graphrec.config.params import select_run
from graphrec.filters.time_effect import SECONDS_A_DAY
from graphrec.training.time_aware import fit_time_aware, time_kernel
from tests.faults import PARAMS


@pytest.mark.parametrize(("name", "resolution"), [("second", 1), ("day", SECONDS_A_DAY)])
def test_the_kernel_is_that_of_the_parameters(name, resolution):
    options = getattr(PARAMS.time_aware, name)
    kernel = time_kernel(options)
    assert kernel.resolution == resolution
    assert kernel.same_day == options.same_day
    assert kernel.fading == {term.days: term.variance for term in options.fading}


def test_held_out_ratings_do_not_matter_and_times_do(movielens):
    data, test = movielens.data, movielens.test
    params = PARAMS.model_copy(update={"train": PARAMS.train.model_copy(update={"epochs": 1})})
    run, options = select_run(params, "movielens-mse"), params.time_aware.second

    def predicted(held):
        model = fit_time_aware(run, params, data, [held], options)
        pairs = held.interactions
        user, item = (torch.from_numpy(part) for part in (pairs.user, pairs.item))
        return model.predict(user, item).numpy()

    first = predicted(test)
    pairs = test.interactions
    other = replace(test, interactions=replace(pairs, rating=6 - pairs.rating))
    np.testing.assert_array_equal(first, predicted(other))
    later = replace(test, interactions=replace(pairs, timestamp=pairs.timestamp + 10**9))
    assert np.abs(first - predicted(later)).max() > 0.01
