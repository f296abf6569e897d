"""Explanations: parts that add up, and reasons whose loss is felt."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec.answers.history import NOTHING
from graphrec.answers.relations import Relations
from graphrec.data.dataset import FeatureBlock
from graphrec.filters.fit import Filters, fit_filters
from tests.answers.predictors import make_predictor, trained_on
from tests.datasets import dataset, entities, interactions
from tests.faults import PARAMS

MODELS = [{}, {"risk": "mse"}, {"model": "ngcf"}, {"model": "lightgcn"}, {"layers": 0}]


@pytest.mark.parametrize("changes", MODELS, ids=str)
def test_parts_add_up_to_the_score_that_ranks(data, changes):
    predictor = make_predictor(data, **changes)
    for user in np.unique(data.train.user)[:5]:
        for history in (predictor.known(int(user)), trained_on(predictor, user)):
            best = predictor.recommend([history], 1)[0][0]
            explained = predictor.explain(history, best.item)
            assert explained.score == pytest.approx(best.score, abs=1e-4)
            assert sum(part.value for part in explained.parts) == pytest.approx(
                best.score, abs=1e-4
            )
            assert len(explained.because) <= 5
            values = [reason.value for reason in explained.because]
            assert values == sorted(values)[::-1]
            assert {reason.item for reason in explained.because} <= set(history.item.tolist())


def test_parts_are_named(movielens, imdb):
    def names(predictor):
        history = predictor.known(int(predictor.data.train.user[0]))
        return [part.name for part in predictor.explain(history, 3).parts]

    layers = ["initial embedding", "layer 1", "layer 2"]
    assert names(make_predictor(movielens.data)) == [*layers, "item bias", "co_occurrence", "liked"]
    filters = ["co_occurrence", "content_director", "content_genre", "content_keywords"]
    assert names(make_predictor(imdb.data)) == [*layers, *filters]
    assert names(make_predictor(movielens.data, model="ngcf")) == layers
    rating = ["rating network", "rating filter"]
    assert names(make_predictor(movielens.data, risk="mse")) == rating


@pytest.mark.parametrize("changes", MODELS, ids=str)
def test_without_the_first_reason_the_score_falls_more_than_without_another(data, changes):
    predictor, rng = make_predictor(data, **changes), np.random.default_rng(0)
    first, other = [], []
    for user in np.flatnonzero(np.bincount(data.train.user) >= 2):
        history = trained_on(predictor, user)
        best = predictor.recommend([history], 1)[0][0]
        if reasons := predictor.explain(history, best.item).because:
            others = history.item[history.item != reasons[0].item]
            for item, losses in ((reasons[0].item, first), (rng.choice(others), other)):
                left = predictor.scores([history.without(item)])[0, best.item]
                losses.append(best.score - float(left))
    assert len(first) > 10
    assert np.mean(first) > np.mean(other)


def test_an_only_item_is_the_only_reason(imdb):
    predictor = make_predictor(imdb.data)
    history = predictor.newcomer([7])
    best = predictor.recommend([history], 1)[0][0]
    assert [reason.item for reason in predictor.explain(history, best.item).because] == [7]


def test_without_filters_ratings_are_explained_by_leaving_items_out(movielens):
    fitted = fit_filters(movielens.data, PARAMS.filters, 2, PARAMS.seed)
    filters = Filters(None, fitted.ranking)
    predictor = make_predictor(movielens.data, filters, risk="mse")
    history = predictor.newcomer([3, 8, 9], [5, 1, 4])
    explained = predictor.explain(history, 20, most=3)
    assert [part.name for part in explained.parts] == ["rating network"]
    for reason in explained.because:
        left = predictor.scores([history.without(reason.item)])[0, 20]
        assert reason.value == pytest.approx(explained.score - float(left), abs=1e-4)


def test_of_the_unknown_popularity_is_all(data):
    predictor = make_predictor(data)
    explained = predictor.explain(NOTHING, 2)
    assert [part.name for part in explained.parts] == ["popularity"]
    assert explained.score == explained.parts[0].value == np.sum(data.train.item == 2)
    assert explained.because == []


def test_relations_name_the_rarest_shared_values_and_none_that_most_have():
    shown = np.array([[1, 1, 1, 1, 0], [1, 1, 0, 1, 0], [1, 0, 0, 1, 0], *[[1, 0, 0, 0, 1]] * 6])
    names = np.array(["Drama", "Comedy", "War", "Action", "Noir"])
    genre = FeatureBlock("multi_valued", sp.csr_array(shown.astype(np.float32)), names)
    director = np.zeros((9, 2), np.float32)
    director[[0, 1], 0] = 1
    made = FeatureBlock("categorical", sp.csr_array(director), np.array(["director 0", "Lee"]))
    data = dataset(2, 9, interactions([0, 0, 1], [3, 2, 4]), explicit=False)
    data = replace(data, items=entities("i", 9, genre=genre, director=made))
    about = data.about.model_copy(update={"user_name": "actor", "item_name": "story"})
    relation = Relations(replace(data, about=about))
    assert relation(0, 1) == "director 0, genre: Comedy"
    assert relation(0, 2) == "genre: Action"
    assert relation(3, 2) == "actors of both"
    assert relation(3, 4) == "actors of similar stories"
