"""Measures of a model: errors, AUC, rankings, and their spread."""

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score, roc_auc_score

from graphrec.config.datasets import RatingScale
from graphrec.data.interactions import HeldOut
from graphrec.evaluation.evaluate import (
    Evaluation,
    Protocol,
    Risk,
    classification,
    errors_of_chances,
    evaluate_model,
)
from graphrec.evaluation.ranking import Seen
from tests.datasets import SCALE, interactions
from tests.evaluation.tables import (
    NUM_ITEMS,
    NUM_USERS,
    Both,
    Calibrated,
    Ranker,
    Regressor,
    held_out,
    random_table,
)

NOTHING = Seen([interactions([], [])], NUM_USERS)


def protocol(explicit: bool, n_resamples: int = 10) -> Protocol:
    return Protocol(SCALE if explicit else None, [3, 10], n_resamples, seed=5)


def evaluate(model, part: HeldOut, how: Protocol, risk: Risk | None = None) -> Evaluation:
    rating = part.interactions.rating
    relevant = rating >= 4 if how.ratings else np.ones(len(part), bool)
    popularity = np.arange(NUM_ITEMS)
    return evaluate_model(model, part, relevant, NOTHING, popularity, how, risk)


def scores_of(table, part: HeldOut) -> tuple[np.ndarray, np.ndarray]:
    """Of the pairs and of their negatives."""
    pairs, table = part.interactions, table.double().numpy()
    return table[pairs.user, pairs.item], table[pairs.user, part.negative]


@pytest.mark.parametrize("ties", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_auc_is_the_share_of_pairs_in_the_right_order(seed, ties):
    part, table = held_out(seed, False), random_table(seed, ties)
    positive, negative = scores_of(table, part)
    difference = positive[:, None] - negative
    expected = (difference > 0).mean() + 0.5 * (difference == 0).mean()
    values = evaluate(Ranker(table), part, protocol(False)).values
    assert values["auc"] == pytest.approx(expected, abs=1e-9)
    label = np.repeat([1, 0], len(part))
    expected = average_precision_score(label, np.concatenate([positive, negative]))
    assert values["average_precision"] == pytest.approx(expected)


@pytest.mark.parametrize(
    "scale", [SCALE, RatingScale(minimum=0.5, maximum=3, relevance_threshold=3)]
)
def test_errors_of_ratings_by_hand_clipped_to_the_scale(scale):
    part, table = held_out(1, True), random_table(1, scale=5.0)
    predicted, _ = scores_of(table, part)
    error = predicted.clip(scale.minimum, scale.maximum) - part.interactions.rating
    how = Protocol(scale, [3], 2, seed=5)
    values = evaluate(Both(table), part, how).values
    assert values["mse"] == pytest.approx((error**2).mean(), rel=1e-6)
    assert values["rmse"] == pytest.approx(np.sqrt((error**2).mean()), rel=1e-6)
    assert values["mae"] == pytest.approx(np.abs(error).mean(), rel=1e-6)
    assert "auc" not in values


def test_errors_of_events_are_taken_over_events_and_as_many_negatives():
    part, table = held_out(2, False), random_table(2)
    event, none = scores_of(table, part)
    values = evaluate(Both(table), part, protocol(False)).values
    assert values["mse"] == pytest.approx(((event - 1) ** 2).mean() / 2 + (none**2).mean() / 2)
    assert values["log_error"] == pytest.approx(np.log1p(np.exp(none - event)).mean())
    assert "rmse" not in values


def test_who_calibrates_scores_has_the_errors_of_their_chances_and_is_not_asked_for_labels():
    part, table = held_out(2, False), random_table(2)
    event, none = scores_of(table, part)
    of_event, of_none = (1 / (1 + np.exp(1 - 2 * score)) for score in (event, none))
    model = Calibrated(table)
    expected = evaluate(model, part, protocol(False))
    assert expected.values["mse"] == pytest.approx(
        ((of_event - 1) ** 2).mean() / 2 + (of_none**2).mean() / 2
    )
    model.predict = None  # calling it would fail
    assert evaluate(model, part, protocol(False)).values == expected.values
    ranked = evaluate(Ranker(table), part, protocol(False)).values
    assert {name: expected.values[name] for name in ranked} == ranked
    assert expected.users["mse"].count.sum() == 2 * len(part)


def test_of_ratings_no_chance_is_asked_for():
    part, table = held_out(2, True), random_table(2, scale=5.0)
    model = Calibrated(table)
    assert "mse" not in evaluate(model, part, protocol(True)).values
    model.chance = None  # calling it would fail
    model.predict = Both(table).predict
    values = evaluate(model, part, protocol(True)).values
    assert values["mse"] == evaluate(Both(table), part, protocol(True)).values["mse"]


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("explicit", [True, False])
def test_the_test_loss_is_the_run_s_own_risk(weight, explicit):
    part = held_out(3, explicit)
    values = evaluate(Both(random_table(3)), part, protocol(explicit), Risk(weight)).values
    expected = values["mse"] + weight * values["log_error"]
    assert values["test_loss"] == pytest.approx(expected, rel=1e-6)


def test_only_relevant_interactions_are_to_be_ranked_high():
    part = held_out(4, True)
    users = evaluate(Both(random_table(4)), part, protocol(True)).users
    liked = np.unique(part.interactions.user[part.interactions.rating >= 4])
    assert users["recall_at_3"].user.tolist() == liked.tolist()
    assert users["log_error"].user.tolist() == np.unique(part.interactions.user).tolist()


def test_lists_have_a_coverage_and_a_popularity():
    part = held_out(4, False)
    everyone_alike = torch.arange(NUM_ITEMS).float().expand(NUM_USERS, -1)
    values = evaluate(Ranker(everyone_alike), part, protocol(False)).values
    assert values["coverage_at_3"] == pytest.approx(3 / NUM_ITEMS)
    assert values["mean_popularity_at_3"] == pytest.approx(NUM_ITEMS - 2)


@pytest.mark.parametrize("explicit", [True, False])
def test_every_measure_has_a_deviation_and_a_second_evaluation_gives_the_same(explicit):
    first, second = (
        evaluate(Both(random_table(5)), held_out(5, explicit), protocol(explicit), Risk(1.0))
        for _ in range(2)
    )
    assert first.values == second.values
    assert first.standard_errors == second.standard_errors
    without = {name for name in first.values if name.startswith("coverage")}
    assert set(first.values) - without == set(first.standard_errors)
    assert all(value >= 0 for value in first.standard_errors.values())
    assert set(first.users) <= set(first.values)
    assert {len(draws) for draws in first.draws.values()} == {10}


def test_the_deviation_is_about_that_of_a_mean_over_users():
    result = evaluate(Ranker(random_table(6)), held_out(6, False), protocol(False, 150))
    recall = result.users["recall_at_10"].total
    expected = recall.std() / np.sqrt(len(recall))
    assert result.standard_errors["recall_at_10"] == pytest.approx(expected, rel=0.25)


def test_a_model_is_judged_by_what_it_can_do():
    part, table = held_out(7, False), random_table(7)
    assert set(evaluate(Regressor(table), part, protocol(False)).values) == {"mse"}
    ranked = evaluate(Ranker(table), part, protocol(False)).values
    assert "mse" not in ranked
    assert set(ranked) | {"mse"} == set(evaluate(Both(table), part, protocol(False)).values)


def test_nan_scores_raise():
    with pytest.raises(ValueError, match="NaN"):
        evaluate(
            Ranker(torch.full((NUM_USERS, NUM_ITEMS), torch.nan)),
            held_out(8, False),
            protocol(False),
        )


def test_a_user_who_counts_twice_counts_as_two_in_auc_and_average_precision():
    rng = np.random.default_rng(0)
    user = rng.integers(0, 4, 30)
    positive, negative = torch.from_numpy(rng.normal(loc=[[0.5], [0.0]], size=(2, 30)))
    weight = np.array([2.0, 0, 1, 3])
    rows = np.repeat(np.arange(30), weight[user].astype(int))
    score = np.concatenate([positive[rows], negative[rows]])
    label = np.repeat([1, 0], len(rows))
    measures = classification(user, positive, negative)
    assert measures["auc"](weight) == pytest.approx(roc_auc_score(label, score))
    expected = average_precision_score(label, score)
    assert measures["average_precision"](weight) == pytest.approx(expected)


def test_an_error_of_a_chance_belongs_to_its_user_whether_of_an_event_or_a_negative():
    part = HeldOut(interactions([0, 1], [0, 1]), np.array([2, 3]))
    users = errors_of_chances(part, torch.tensor([1.0, 0.9, 0.5, 0.0]))["mse"]
    np.testing.assert_array_equal(users.user, [0, 1])
    np.testing.assert_allclose(users.total, [0.0 + 0.25, 0.01 + 0.0], atol=1e-6)
    np.testing.assert_array_equal(users.count, [2, 2])


def test_a_standard_error_is_the_unbiased_deviation_of_the_draws():
    evaluation = Evaluation({"recall": 0.2}, {"recall": np.array([0.1, 0.2, 0.4])}, {})
    variance = (0.1**2 + 0.2**2 + 0.4**2 - 0.7**2 / 3) / 2
    assert evaluation.standard_errors["recall"] == pytest.approx(variance**0.5)
