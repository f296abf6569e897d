"""Predictions that know nothing but means."""

import numpy as np
import pytest
import torch

from graphrec.baselines.means import DAMPING, chance, mean_baselines
from tests.datasets import interactions


def test_means_by_hand():
    train = interactions([0, 0, 1], [0, 1, 1], [5, 3, 1])
    means = mean_baselines(train, 3, 2)
    user, item = torch.tensor([0, 1, 2]), torch.tensor([0, 1, 1])

    def predicted(name):
        return means[name].predict(user, item).tolist()

    assert predicted("constant") == pytest.approx([3, 3, 3])
    of_user = [2 / (2 + DAMPING), -2 / (1 + DAMPING), 0]
    assert predicted("user-mean") == pytest.approx([3 + part for part in of_user])
    of_item = [2 / (1 + DAMPING), -2 / (2 + DAMPING)]
    assert predicted("item-mean") == pytest.approx([3 + of_item[0], 3 + of_item[1], 3 + of_item[1]])
    first = (2 - of_item[0] + 0 - of_item[1]) / (2 + DAMPING)
    second = (-2 - of_item[1]) / (1 + DAMPING)
    expected = [3 + first + of_item[0], 3 + second + of_item[1], 3 + of_item[1]]
    assert predicted("user-and-item-mean") == pytest.approx(expected)


def test_means_predict_from_training_ratings_alone(movielens):
    train = movielens.data.train
    means = mean_baselines(train, 40, 60)
    user, item = torch.tensor([1, 2]), torch.tensor([3, 4])
    mean = train.rating.mean()
    assert means["constant"].predict(user, item).tolist() == pytest.approx([mean] * 2)
    mine = train.rating[train.user == 1] - mean
    expected = mean + mine.sum() / (len(mine) + DAMPING)
    assert means["user-mean"].predict(user, item)[0].item() == pytest.approx(expected)


def test_the_more_is_known_the_smaller_the_error_on_training_ratings(movielens):
    train = movielens.data.train
    user, item = torch.from_numpy(train.user), torch.from_numpy(train.item)
    mse = {
        name: float(((means.predict(user, item).numpy() - train.rating) ** 2).mean())
        for name, means in mean_baselines(train, 40, 60).items()
    }
    assert min(mse, key=mse.__getitem__) == "user-and-item-mean"
    assert max(mse, key=mse.__getitem__) == "constant"
    assert mse["constant"] == pytest.approx(np.var(train.rating), rel=1e-4)


def test_of_events_and_as_many_negatives_one_half_are_events():
    predicted = chance(2, 3)["constant"].predict(torch.tensor([0, 1]), torch.tensor([2, 0]))
    assert predicted.tolist() == [0.5, 0.5]
