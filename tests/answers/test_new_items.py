"""Items outside the data are the mean of those that are most like them by side information."""

import json
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec.answers import new_items
from graphrec.answers.errors import AnswerError
from graphrec.answers.new_items import NewItems
from graphrec.data.dataset import FeatureBlock
from graphrec.data.features import categorical, numeric, tf_idf
from graphrec.filters.biases import USER_DAMPING
from tests.answers.asked import RATED, ask, refused, rows
from tests.answers.predictors import make_predictor
from tests.datasets import dataset, entities, interactions

GENRES = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1], [1, 1, 1]], np.float32)
YEARS = np.array([1990, 1995, 2000, np.nan, 1990], np.float32)


@pytest.fixture
def described():
    """Five items with side information of each kind; nobody has had the last."""
    blocks = {
        "genre": FeatureBlock("multi_valued", sp.csr_array(GENRES), np.array(["a", "b", "c"])),
        "maker": categorical(np.array(["x", "y", "x", "", "x"])),
        "year": numeric("year", YEARS),
    }
    data = dataset(2, 5, interactions([0, 0, 1, 1], [0, 1, 2, 3], [5, 4, 3, 2]))
    return replace(data, items=entities("i", 5, **blocks))


def test_likeness_is_that_of_each_block_together(described, monkeypatch):
    monkeypatch.setattr(new_items, "NEIGHBOURS", 5)
    weights = NewItems(described).weights({"genre": ["a", "b"], "maker": "x", "year": 1992})
    cosine = tf_idf(sp.csr_array(GENRES)).toarray() @ tf_idf(sp.csr_array(GENRES)).toarray()[0]
    distance = (YEARS - 1992) / (new_items.WIDTH * np.nanstd(YEARS))
    likeness = cosine + np.array([1, 0, 1, 0, 1]) + np.nan_to_num(np.exp(-(distance**2) / 2))
    likeness[4] = 0
    np.testing.assert_allclose(weights, likeness / likeness.sum(), rtol=1e-5)


def test_the_nearest_alone_speak_for_it_and_as_many_as_are_as_near(described, monkeypatch):
    monkeypatch.setattr(new_items, "NEIGHBOURS", 1)
    weights = NewItems(described).weights({"maker": "x"})
    np.testing.assert_array_equal(weights, [0.5, 0, 0.5, 0, 0])


@pytest.mark.parametrize("changes", [{}, {"model": "lightgcn"}], ids=str)
def test_its_scores_are_the_same_mean_of_theirs(data, changes, monkeypatch):
    monkeypatch.setattr(new_items, "BLOCK", 7)
    predictor = make_predictor(data, **changes)
    name, block = next(iter(data.items.blocks("multi_valued").items()))
    features = {name: [str(block.columns[block.matrix[[0]].indices[0]])]}
    weights = torch.from_numpy(predictor.new_items.weights(features))
    score, target = predictor.score_new_item(features)
    histories = [predictor.known(user) for user in range(data.num_users)]
    scores, targets = (each.double() for each in predictor.scores_and_targets(histories))
    torch.testing.assert_close(score, (scores @ weights).float())
    expected = targets @ weights
    if data.explicit:
        mean = data.train.rating.mean(dtype=np.float64)
        for user, history in enumerate(histories):
            above = np.sum(history.rating - mean) / (len(history) + USER_DAMPING)
            expected[user] += mean + above - targets[user, np.unique(data.train.item)].mean()
        expected.clamp_(1, 5)
    torch.testing.assert_close(target, expected.float())
    for user in (0, 3):
        alone = predictor.score_new_item(features, histories[user : user + 1])
        assert (alone[0][0], alone[1][0]) == (score[user], target[user])


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ({}, "expected side information that an item"),
        ({"gender": "x"}, "expected side information of the items, got 'gender': choose one of"),
        ({"maker": "z"}, "expected a value of maker, got 'z': choose one of"),
        ({"maker": ["x", "y"]}, "expected one maker, got 2"),
        ({"year": "old"}, "expected a number for year, got 'old'"),
        ({"year": float("nan")}, "expected a number for year, got nan"),
        ({"genre": [["a"]]}, "expected a value of genre"),
        ({"year": 99999}, "expected side information that an item"),
    ],
    ids=str,
)
def test_what_the_items_do_not_have_is_refused(features, message, described):
    with pytest.raises(AnswerError, match=message):
        NewItems(described).weights(features)


def test_the_command_line_says_how_the_score_was_made(workplace, tmp_path):
    file = tmp_path / "film.json"
    file.write_text(json.dumps({"genre": ["Drama"], "year": 1995}))
    question = ("score", *RATED, "--user", "1", "--new-item", str(file))
    (row,) = rows(*question)
    assert [*row] == ["item", "score", "rating", "rank", "of"]
    assert 1 <= row["rank"] <= row["of"] + 1
    assert "the model has not seen the item: its score is the mean of" in ask(*question).stderr


@pytest.mark.parametrize("content", ["[1]", "{", '{"genre": ["Dramma"]}'])
def test_a_wrong_description_is_one_line(content, workplace, tmp_path):
    file = tmp_path / "film.json"
    file.write_text(content)
    refused("score", *RATED, "--user", "1", "--new-item", str(file))
    refused("score", *RATED, "--user", "1", "--new-item", str(file), "--item", "1", code=2)
    refused("score", *RATED, "--user", "1", "--new-item", str(tmp_path / "none.json"))
    refused("score", *RATED, "--user", "1", code=2)
