"""What a predictor answers people who are new, or of whom nothing is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from graphrec.answers.history import NOTHING
from graphrec.data.dataset import with_validation
from tests.answers.predictors import make_predictor, trained_on

RUNS = pytest.mark.parametrize(
    "changes",
    [{}, {"risk": "mse"}, {"model": "ngcf"}, {"model": "lightgcn", "layers": 3}, {"layers": 0}],
    ids=str,
)


@RUNS
def test_new_people_get_the_same_alone_and_among_others(data, changes):
    predictor = make_predictor(data, **changes)
    users = [int(user) for user in np.unique(data.train.user)[:4]]
    histories = [trained_on(predictor, user) for user in users]
    mixed = [NOTHING, histories[0], predictor.known(users[1]), *histories[1:]]
    together = predictor.recommend(mixed, 5)
    assert together == predictor.recommend(mixed, 5)
    for history, items in zip(mixed, together, strict=True):
        if history.user is None:
            assert predictor.recommend([history], 5) == [items]
        assert not {each.item for each in items} & set(history.item.tolist())
        assert all(np.isfinite([each.score, each.target]).all() for each in items)


@RUNS
def test_who_did_the_same_as_a_training_user_is_answered_alike(data, changes):
    predictor = make_predictor(data, **changes)
    count = np.bincount(data.train.user)
    user = int(count.argmax())
    history = trained_on(predictor, user)
    scores = predictor.scores([replace(history, user=user), history])
    assert np.corrcoef(scores.numpy())[0, 1] > 0.5


def test_the_order_of_a_history_makes_no_difference(data):
    predictor = make_predictor(data)
    items = [7, 2, 11]
    assert predictor.recommend([predictor.newcomer(items)], 5) == predictor.recommend(
        [predictor.newcomer(items[::-1])], 5
    )


def test_a_like_counts_as_the_mean_of_relevant_ratings(movielens, imdb):
    history = make_predictor(movielens.data).newcomer([5, 3])
    rating = movielens.data.train.rating
    assert history.item.tolist() == [3, 5]
    np.testing.assert_allclose(history.rating, rating[rating >= 4].mean(), rtol=1e-6)
    assert make_predictor(imdb.data).newcomer([5]).rating.tolist() == [1]


def test_ratings_stay_with_their_items(movielens):
    history = make_predictor(movielens.data).newcomer([5, 3], [1, 4.5])
    assert (history.item.tolist(), history.rating.tolist()) == ([3, 5], [4.5, 1])
    assert history.user is None


@pytest.mark.parametrize(
    ("items", "ratings", "message"),
    [
        ([1, 2, 1], None, r"expected each item once, got \[1\]"),
        ([-1, 2, 10**6], None, r"expected items from 0 to 59, got \[-1, 1000000\]"),
        ([1, 2], [3], "expected 2 ratings, one an item, got 1"),
        ([1, 2], [3, 6], r"expected ratings from 1 to 5, got \[6.0\]"),
        ([1, 2], [0.5, 3], r"expected ratings from 1 to 5, got \[0.5\]"),
        ([1, 2], [3, float("nan")], r"expected ratings from 1 to 5, got \[nan\]"),
        ([1, 2], [3, float("inf")], r"expected ratings from 1 to 5, got \[inf\]"),
    ],
)
def test_what_is_no_history_is_told(movielens, items, ratings, message):
    with pytest.raises(ValueError, match=message):
        make_predictor(movielens.data).newcomer(items, ratings)


def test_ratings_of_events_are_told(imdb):
    with pytest.raises(ValueError, match="expected no ratings"):
        make_predictor(imdb.data).newcomer([1], [1])


def test_of_whom_nothing_is_known_gets_what_is_popular(data):
    predictor = make_predictor(data)
    empty = predictor.newcomer([])
    assert predictor.is_cold(NOTHING)
    assert predictor.is_cold(empty)
    assert not predictor.is_cold(predictor.newcomer([0]))
    best = predictor.recommend([empty], 3)[0]
    count = np.bincount(data.train.item, minlength=data.num_items)
    assert [each.score for each in best] == sorted(count.tolist())[::-1][:3]
    expected = count[best[0].item] / data.num_users
    if data.explicit:
        mine = data.train.rating[data.train.item == best[0].item]
        mean = data.train.rating.mean()
        expected = mean + (mine - mean).sum() / (len(mine) + 3)
    assert best[0].target == pytest.approx(expected, rel=1e-5)


def test_an_item_that_nobody_had_is_a_history_too(data):
    train = data.train[data.train.item != 4]
    predictor = make_predictor(replace(data, train=train))
    assert torch.isfinite(predictor.scores([predictor.newcomer([4])])).all()


def test_of_a_refitted_model_a_history_has_no_item_twice(data):
    both = make_predictor(with_validation(data))
    user = int(data.valid.interactions.user[0])
    history, before = both.known(user), make_predictor(data).known(user)
    assert len(np.unique(history.item)) == len(history)
    assert sorted(before.item.tolist()) == history.item.tolist()
