"""What a predictor answers beside lists: similar items, targets, and what people have had."""

import numpy as np
import pytest
import torch
from sklearn.metrics.pairwise import cosine_similarity

from graphrec.answers.history import History
from tests.answers.predictors import make_predictor, trained_on


@pytest.mark.parametrize("changes", [{}, {"model": "lightgcn"}], ids=str)
def test_similar_items_are_those_of_the_greatest_cosine(data, changes):
    predictor = make_predictor(data, **changes)
    vectors = predictor.model.item_vectors(predictor.trained.nodes)
    cosine = cosine_similarity(vectors.numpy())
    for item in (0, 7, data.num_items - 1):
        others = np.delete(np.arange(data.num_items), item)
        expected = np.sort(cosine[item, others])[::-1][:5]
        similar = predictor.similar(item, 5)
        np.testing.assert_allclose([value for _, value in similar], expected, atol=1e-5)
        np.testing.assert_allclose(
            [cosine[item, other] for other, _ in similar], expected, atol=1e-5
        )
        assert item not in {other for other, _ in similar}


def test_predicted_ratings_stay_on_the_scale(movielens):
    predictor = make_predictor(movielens.data, model="lightgcn")
    with torch.no_grad():
        predictor.trained.nodes_in_double.vectors.mul_(100)
    known = predictor.known(int(movielens.data.train.user[0]))
    new = trained_on(predictor, int(movielens.data.train.user[0]))
    _, targets = predictor.scores_and_targets([known, new])
    assert targets.min() == 1
    assert targets[0].max() == 5
    assert targets.max() <= 5


def test_a_history_without_an_item_keeps_the_others_and_their_ratings():
    history = History(np.array([2, 5, 9]), np.array([1, 4, 3], np.float32)).without(5)
    np.testing.assert_array_equal(history.item, [2, 9])
    np.testing.assert_array_equal(history.rating, [1, 3])
