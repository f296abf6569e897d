"""Both parts of an evaluation, and the files that they are written to."""

import json

import numpy as np
import pytest
import torch

from graphrec.data.dataset import Dataset
from graphrec.data.interactions import HeldOut
from graphrec.evaluation.evaluate import Evaluation, Protocol
from graphrec.evaluation.results import (
    as_json,
    evaluate_parts,
    evaluate_test,
    evaluate_valid,
    load_users,
    protocol_of,
    risk_of,
    save_json,
    save_users,
)
from tests.datasets import dataset, interactions
from tests.evaluation.tables import Both
from tests.faults import PARAMS


def held(item: int) -> HeldOut:
    return HeldOut(interactions([0], [item]), np.array([3]))


def three_items() -> tuple[Dataset, HeldOut]:
    """A user's training, validation and test item are 0, 1 and 2."""
    data = dataset(1, 4, interactions([0], [0]), explicit=False)
    return Dataset(data.about, data.users, data.items, data.train, held(1)), held(2)


@pytest.mark.parametrize(
    ("order", "valid", "test"),
    [
        ([0, 1, 2, 3], 1, 1),  # earlier items are not ranked again
        ([0, 2, 1, 3], 0, 1),  # test items may be recommended while validating
        ([3, 0, 1, 2], 0, 0),
    ],
)
def test_items_of_earlier_parts_are_not_ranked_again(order, valid, test):
    data, test_part = three_items()
    scores = torch.zeros(1, 4)
    scores[0, order] = torch.tensor([4.0, 3.0, 2.0, 1.0])
    parts = evaluate_parts(Both(scores), data, test_part, Protocol(None, [1], 2, seed=1))
    assert parts["valid"].values["hit_at_1"] == valid
    assert parts["test"].values["hit_at_1"] == test


def test_popularity_is_that_in_training_whichever_part_is_measured():
    train = interactions([0, 1, 2, 1], [0, 0, 0, 1])
    data = dataset(3, 4, train, explicit=False)
    data = Dataset(data.about, data.users, data.items, train, held(2))
    scores = torch.tensor([[0.0, 3.0, 2.0, 1.0]]).repeat(3, 1)  # of user 0, for whom 0 is seen
    parts = evaluate_parts(Both(scores), data, held(3), Protocol(None, [1], 2, seed=1))
    assert parts["valid"].values["mean_popularity_at_1"] == 1
    assert parts["test"].values["mean_popularity_at_1"] == 1


def test_the_parts_are_those_that_are_evaluated_alone(prepared):
    data, test = prepared
    table = torch.rand(data.num_users, data.num_items)
    how = protocol_of(PARAMS, data)
    parts = evaluate_parts(Both(table), data, test, how)
    assert parts["valid"].values == evaluate_valid(Both(table), data, how).values
    assert parts["test"].values == evaluate_test(Both(table), data, test, how).values
    popularity = np.bincount(data.train.item, minlength=data.num_items)
    assert parts["test"].values["mean_popularity_at_10"] <= popularity.max()
    relevant = test.interactions.user[data.relevant(test.interactions)]
    np.testing.assert_array_equal(parts["test"].users["ndcg_at_10"].user, np.unique(relevant))


def test_how_measures_are_taken_is_said_by_parameters_and_data(prepared):
    how = protocol_of(PARAMS, prepared.data)
    assert how.ratings == prepared.data.about.ratings
    assert (how.k, how.n_resamples, how.seed) == ([10, 20], 10, PARAMS.seed)


def test_a_run_of_risk_mse_gives_the_log_error_no_weight():
    weight = PARAMS.train.log_error_weight
    assert risk_of(PARAMS.runs["imdb-mse"], PARAMS).log_error_weight == 0
    assert risk_of(PARAMS.runs["imdb-base"], PARAMS).log_error_weight == weight


def test_users_written_for_paired_tests_come_back(tmp_path):
    data, test = three_items()
    evaluation = evaluate_test(Both(torch.rand(1, 4)), data, test, Protocol(None, [1], 2, seed=1))
    save_users(tmp_path / "new" / "users.npz", evaluation)
    users = load_users(tmp_path / "new" / "users.npz")
    assert set(users) == set(evaluation.users)
    for name, sums in evaluation.users.items():
        for part in ("user", "total", "count"):
            np.testing.assert_array_equal(getattr(users[name], part), getattr(sums, part))


def test_values_of_both_parts_are_written_and_deviations_of_test():
    valid = Evaluation({"mse": 1.0}, {"mse": np.array([1.0, 3.0])}, {})
    test = Evaluation({"mse": 2.0}, {"mse": np.array([1.0, 4.0])}, {})
    assert as_json({"valid": valid, "test": test}) == {
        "valid": {"mse": 1.0},
        "test": {"mse": 2.0},
        "test_standard_error": {"mse": pytest.approx(np.sqrt(4.5))},
    }


def test_what_is_written_is_sorted_json(tmp_path):
    save_json(tmp_path / "new" / "x.json", {"b": 1, "a": 0.1})
    text = (tmp_path / "new" / "x.json").read_text()
    assert list(json.loads(text)) == ["a", "b"]
    assert text.endswith("}\n")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_not_written(tmp_path, number):
    with pytest.raises(ValueError, match="JSON"):
        save_json(tmp_path / "x.json", {"mse": number})
    assert not (tmp_path / "x.json").exists()
