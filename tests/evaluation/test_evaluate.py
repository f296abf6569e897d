"""Measures of a predictor: sums by user, errors, AUC, and their spread."""

import numpy as np
import pytest
import torch

from graphrec.data.interactions import HeldOut, Interactions
from graphrec.evaluation.evaluate import (
    Measurement,
    Predictor,
    UserSums,
    evaluate_model,
    sum_by_user,
)
from graphrec.evaluation.ranking import Seen

NUM_USERS, NUM_ITEMS = 12, 30


def measurement(explicit: bool, n_resamples: int = 10) -> Measurement:
    return Measurement(explicit, 4.0 if explicit else 1.0, [3, 10], n_resamples, seed=5)


def held_out(seed: int, explicit: bool) -> HeldOut:
    rng = np.random.default_rng(seed)
    user, item = np.argwhere(rng.random((NUM_USERS, NUM_ITEMS)) < 0.2).T
    target = rng.integers(1, 6, len(user)) if explicit else np.ones(len(user))
    part = Interactions(user, item, target.astype(np.float32), np.zeros(len(user), np.int64))
    return HeldOut(part, rng.permutation(item))


def predictor(seed: int, ties: bool = False, scale: float = 1.0) -> Predictor:
    rng = np.random.default_rng(seed)
    table = torch.from_numpy(rng.normal(size=(NUM_USERS, NUM_ITEMS)).astype(np.float32) * scale)
    table = table.round() if ties else table
    return Predictor(
        predict=lambda user, item: table[user, item],
        score=lambda user, item: table[user, item],
        score_all=lambda user: table[user].clone(),
    )


NOTHING = Interactions(*(np.zeros(0, kind) for kind in (np.int64, np.int64, np.float32, np.int64)))


def evaluate(who: Predictor, part: HeldOut, how: Measurement, **options):
    popularity = np.ones(NUM_ITEMS, np.int64)
    return evaluate_model(who, part, Seen([NOTHING], NUM_USERS), popularity, how, **options)


def test_sums_by_user_give_the_mean_over_all_values():
    user, value = np.array([3, 0, 3, 7]), np.array([1.0, 2.0, 3.0, 6.0])
    sums = sum_by_user(user, value)
    assert sums.user.tolist() == [0, 3, 7]
    assert sums.total.tolist() == [2, 4, 6]
    assert sums.count.tolist() == [1, 2, 1]
    assert sums.value() == pytest.approx(value.mean())


def test_weights_count_users_as_often_as_they_say():
    sums = UserSums(np.arange(3), np.array([2.0, 4.0, 6.0]), np.array([1.0, 2.0, 1.0]))
    assert sums.value(np.array([2.0, 0.0, 1.0])) == pytest.approx((2 * 2 + 6) / 3)
    assert np.isnan(sums.value(np.zeros(3)))


@pytest.mark.parametrize("ties", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_auc_is_the_share_of_pairs_in_the_right_order(seed, ties):
    part, who = held_out(seed, False), predictor(seed, ties)
    user = torch.from_numpy(part.interactions.user)
    credit, none = (
        who.score(user, torch.from_numpy(item)).numpy()
        for item in (part.interactions.item, part.negative)
    )
    difference = credit[:, None] - none
    expected = (difference > 0).mean() + 0.5 * (difference == 0).mean()
    values = evaluate(who, part, measurement(False)).values
    assert values["auc"] == pytest.approx(expected, abs=1e-9)


def test_errors_of_ratings_by_hand_clipped_to_the_scale():
    part, who = held_out(1, True), predictor(1, scale=5.0)
    pairs = part.interactions
    predicted = who.predict(torch.from_numpy(pairs.user), torch.from_numpy(pairs.item)).numpy()
    error = predicted.clip(1, 5) - pairs.rating
    values = evaluate(who, part, measurement(True)).values
    assert values["mse"] == pytest.approx((error**2).mean(), rel=1e-6)
    assert values["rmse"] == pytest.approx(np.sqrt((error**2).mean()), rel=1e-6)
    assert values["mae"] == pytest.approx(np.abs(error).mean(), rel=1e-6)
    assert "auc" not in values


def test_errors_of_credits_are_taken_over_credits_and_as_many_non_credits():
    part, who = held_out(2, False), predictor(2)
    pairs = part.interactions
    user = torch.from_numpy(pairs.user)
    credit, none = (
        who.predict(user, torch.from_numpy(item)).double().numpy()
        for item in (pairs.item, part.negative)
    )
    values = evaluate(who, part, measurement(False)).values
    assert values["mse"] == pytest.approx(((credit - 1) ** 2).mean() / 2 + (none**2).mean() / 2)
    assert values["log_error"] == pytest.approx(np.log1p(np.exp(none - credit)).mean())


@pytest.mark.parametrize("risk", ["mse", "total"])
def test_the_test_loss_is_the_run_s_own_risk(risk):
    result = evaluate(predictor(3), held_out(3, True), measurement(True), risk=risk)
    values = result.values
    weighted = evaluate(
        predictor(3), held_out(3, True), measurement(True), risk=risk, log_error_weight=0.5
    ).values
    if risk == "mse":
        assert values["test_loss"] == pytest.approx(values["mse"], rel=1e-6)
        assert weighted["test_loss"] == values["test_loss"]
    else:
        assert values["test_loss"] == pytest.approx(values["mse"] + values["log_error"], rel=1e-6)
        expected = values["mse"] + 0.5 * values["log_error"]
        assert weighted["test_loss"] == pytest.approx(expected, rel=1e-6)


def test_low_ratings_do_not_count_as_relevant():
    part = held_out(4, True)
    users = evaluate(predictor(4), part, measurement(True)).users
    liked = np.unique(part.interactions.user[part.interactions.rating >= 4])
    assert users["recall_at_3"].user.tolist() == liked.tolist()


@pytest.mark.parametrize("explicit", [True, False])
def test_every_measure_has_a_deviation_and_a_second_evaluation_gives_the_same(explicit):
    results = [evaluate(predictor(5), held_out(5, explicit), measurement(explicit)) for _ in "12"]
    first, second = results
    assert first.values == second.values
    assert first.standard_errors == second.standard_errors
    without = {name for name in first.values if name.startswith("coverage")}
    assert set(first.values) - without == set(first.standard_errors)
    assert all(value >= 0 for value in first.standard_errors.values())
    assert set(first.users) <= set(first.values)


def test_the_deviation_is_about_that_of_a_mean_over_users():
    part = held_out(6, False)
    result = evaluate(predictor(6), part, measurement(False, n_resamples=150))
    recall = result.users["recall_at_10"].total
    expected = recall.std() / np.sqrt(len(recall))
    assert result.standard_errors["recall_at_10"] == pytest.approx(expected, rel=0.25)


def test_a_predictor_is_judged_by_what_it_can_do():
    who = Predictor(predict=predictor(7).predict)
    assert set(evaluate(who, held_out(7, False), measurement(False)).values) == {"mse"}


def test_nan_scores_raise():
    who = Predictor(score_all=lambda user: torch.full((len(user), NUM_ITEMS), torch.nan))
    with pytest.raises(ValueError, match="NaN"):
        evaluate(who, held_out(8, False), measurement(False))
