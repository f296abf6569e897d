"""The two errors by hand, and the risks made of them."""

import math

import pytest
import torch

from graphrec.models.losses import RISKS, bpr_loss, combine_risk, mse_loss, sampled_softmax_loss


def test_mse_by_hand():
    predicted, target = torch.tensor([3.0, 5.0, 1.0]), torch.tensor([4.0, 5.0, -1.0])
    assert mse_loss(predicted, target).item() == pytest.approx((1 + 0 + 4) / 3)


def test_losses_of_nothing_are_zero():
    none = torch.empty(0)
    for loss in (mse_loss, bpr_loss, sampled_softmax_loss):
        assert loss(none, none).item() == 0


def test_bpr_by_hand():
    positive, negative = torch.tensor([2.0, 0.0]), torch.tensor([1.0, 3.0])
    expected = (math.log(1 + math.exp(-1)) + math.log(1 + math.exp(3))) / 2
    assert bpr_loss(positive, negative).item() == pytest.approx(expected)


def test_sampled_softmax_against_one_rival_is_bpr():
    positive, negative = torch.randn(9), torch.randn(9)
    found = sampled_softmax_loss(positive, negative)
    torch.testing.assert_close(found, bpr_loss(positive, negative))


def test_sampled_softmax_is_the_cross_entropy_of_the_positive_among_its_negatives():
    positive, negatives = torch.randn(6), torch.randn(6, 4)
    scores = torch.cat([positive[:, None], negatives], dim=1)
    expected = torch.nn.functional.cross_entropy(scores, torch.zeros(6, dtype=torch.long))
    torch.testing.assert_close(sampled_softmax_loss(positive, negatives.logsumexp(1)), expected)


def test_bpr_does_not_change_when_all_scores_rise():
    positive, negative = torch.randn(9), torch.randn(9)
    torch.testing.assert_close(bpr_loss(positive + 7, negative + 7), bpr_loss(positive, negative))


def test_bpr_of_equal_scores_is_log_two():
    assert bpr_loss(torch.ones(4), torch.ones(4)).item() == pytest.approx(math.log(2))


def test_bpr_stays_finite_for_far_apart_scores():
    positive = torch.tensor([-1e4, 1e4], requires_grad=True)
    loss = bpr_loss(positive, torch.zeros(2))
    loss.backward()
    assert loss.item() == pytest.approx(5e3)
    assert torch.isfinite(positive.grad).all()


def test_risks():
    mse, log_error = torch.tensor(2.0), torch.tensor(3.0)
    assert combine_risk("mse", mse, log_error, 5.0).item() == 2
    assert combine_risk("total", mse, log_error, 5.0).item() == 17
    with pytest.raises(ValueError, match=f"{', '.join(RISKS)}.*'bpr'"):
        combine_risk("bpr", mse, log_error, 1.0)
