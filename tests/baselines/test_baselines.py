"""The baselines: what they are on data small enough to check."""

import numpy as np
import pytest
import torch

from graphrec.baselines.baselines import (
    MEAN_DAMPING,
    damped_means,
    imdb_baselines,
    mean_baselines,
    movielens_baselines,
    rank_by,
)
from graphrec.evaluation.evaluate import Measurement
from graphrec.evaluation.results import as_json, evaluate_parts, save_json, save_users
from graphrec.evaluation.significance import load_users


@pytest.fixture(params=["movielens", "imdb"])
def measured(request):
    """Every baseline of a data set on validation and test."""
    prepared = request.getfixturevalue(request.param)
    explicit = request.param == "movielens"
    how = Measurement(explicit, 4.0 if explicit else 1.0, [10], 3, seed=1)
    if explicit:
        predictors = movielens_baselines(prepared.data, 4.0)
    else:
        predictors = imdb_baselines(prepared.data)
    return {
        name: evaluate_parts(predictor, prepared.data, prepared.test, how)
        for name, predictor in predictors.items()
    }


def test_every_yardstick_has_finite_measures_that_can_be_written(measured, tmp_path):
    for name, parts in measured.items():
        assert parts["test"].values, name
        save_json(tmp_path / f"{name}.json", as_json(parts))


def test_users_written_for_paired_tests_come_back(measured, tmp_path):
    parts = next(iter(measured.values()))
    save_users(tmp_path / "users.npz", parts["test"])
    found = load_users(tmp_path / "users.npz")
    assert set(found) == set(parts["test"].users)
    for name, sums in parts["test"].users.items():
        assert found[name].value() == sums.value()


def test_numbers_that_are_not_finite_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        save_json(tmp_path / "x.json", {"mse": float("nan")})


def test_popularity_has_auc_one_half_on_imdb(imdb):
    how = Measurement(False, 1.0, [10], 2, seed=1)
    predictors = imdb_baselines(imdb.data)
    for name in ("popularity", "reversed-popularity"):
        parts = evaluate_parts(predictors[name], imdb.data, imdb.test, how)
        assert parts["test"].values["auc"] == 0.5
        assert parts["valid"].values["auc"] == 0.5


def test_scores_of_single_pairs_are_those_of_the_rows(imdb):
    user = torch.tensor([0, 5, 5, 79])
    item = torch.tensor([3, 0, 59, 1])
    for name, predictor in imdb_baselines(imdb.data).items():
        if predictor.score_all is not None:
            rows = predictor.score_all(user)
            assert rows.shape == (4, 60), name
            single = predictor.score(user, item)
            torch.testing.assert_close(single, rows.gather(1, item[:, None])[:, 0], msg=name)


def test_damped_means_by_hand():
    found = damped_means(np.array([0, 0, 2]), np.array([3.0, 1.0, -2.0], np.float32), 3)
    expected = [4 / (2 + MEAN_DAMPING), 0, -2 / (1 + MEAN_DAMPING)]
    assert found.tolist() == pytest.approx(expected)


def test_means_predict_from_training_ratings_alone(movielens):
    train = movielens.data.train
    predictors = mean_baselines(train, 40, 60)
    user, item = torch.tensor([1, 2]), torch.tensor([3, 4])
    mean = train.rating.mean()
    assert predictors["constant"].predict(user, item).tolist() == pytest.approx([mean] * 2)
    mine = train.rating[train.user == 1] - mean
    expected = mean + mine.sum() / (len(mine) + MEAN_DAMPING)
    assert predictors["user-mean"].predict(user, item)[0].item() == pytest.approx(expected)


def test_a_mask_on_one_ranking_does_not_reach_the_next():
    predictor = rank_by(np.arange(5))
    predictor.score_all(torch.tensor([0, 1]))[0] = -torch.inf
    assert torch.isfinite(predictor.score_all(torch.tensor([0, 1]))).all()
