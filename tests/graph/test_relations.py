"""Relations by rating: each rating belongs to the highest level that it reaches."""

import numpy as np
import pytest

from graphrec.graph.relations import MOST_RELATIONS, edge_types, rating_levels


def test_ratings_between_beyond_and_below_the_levels():
    levels = np.array([2.0, 3.0, 5.0], np.float32)
    rating = np.array([2, 2.9, 3, 5, 6, 1], np.float32)  # a new user's may be below all
    assert edge_types(rating, levels).tolist() == [0, 0, 1, 2, 2, 0]


@pytest.mark.parametrize("count", [1, MOST_RELATIONS, MOST_RELATIONS + 1, 1000])
def test_levels_are_few_and_each_has_ratings(count):
    rating = np.random.default_rng(0).permutation(np.arange(count)).astype(np.float32)
    levels = rating_levels(rating)
    used = np.bincount(edge_types(rating, levels))
    assert len(levels) == len(used) == min(count, MOST_RELATIONS)
    assert used.max() - used.min() <= 2
