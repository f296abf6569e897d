"""The loop: what it minimises, what it keeps, when it stops."""

from typing import get_args

import numpy as np
import pytest
import torch

from graphrec.config.models import HyperParams
from graphrec.config.training import TrainParams
from graphrec.data.readers.torch_datasets import torch_dataset
from graphrec.graph.bipartite import build_graph
from graphrec.models.losses import bpr_loss, mse_loss
from graphrec.models.ngcf import NGCF
from graphrec.training.loop import DivergedError, train_model
from graphrec.training.validation import Validator

RATE = 0.01
OPTIONS = TrainParams(
    epochs=3,
    patience=10,
    end_factor=1.0,
    log_error_weight=1.0,
    soft_ratio=0.8,
    ema_decay=0.0,
    mask_supervision=False,
    num_neighbors=[],
    workers=1,
)


class Trial:
    """A small training on a tiny data set, from a seed."""

    def __init__(self, prepared, batch_size: int = 256, layers: int = 2) -> None:
        torch.manual_seed(0)
        self.data, self.graph = prepared.data, build_graph(prepared.data)
        self.model = NGCF(self.data.num_users, self.data.num_items, 8, layers, offset=0.5)
        self.dataset = torch_dataset(self.data, torch.Generator().manual_seed(0))
        self.loader = self.dataset.loader(batch_size)
        self.validate = Validator(self.data, self.graph)

    def train(
        self,
        validate=None,
        risk="total",
        monitor="ndcg_at_10",
        rate=RATE,
        on_epoch=lambda _: None,
        **options,
    ):
        return train_model(
            self.model,
            self.graph,
            self.loader,
            validate or self.validate,
            OPTIONS.model_copy(update=options),
            rate,
            monitor,
            risk,
            on_epoch,
        )

    def train_without_validation(self, number: int, **options):
        options = OPTIONS.model_copy(update=options)
        arguments = (self.model, self.graph, self.loader, None, options, RATE, "mse", "total")
        return train_model(*arguments, lambda _: None, number)


def test_training_lowers_the_training_loss(prepared):
    history = Trial(prepared).train(epochs=15)
    assert history.rows[-1]["train_loss"] < 0.95 * history.rows[0]["train_loss"]


@pytest.mark.parametrize("risk", ["mse", "total"])
def test_both_errors_are_recorded_whichever_is_minimised(imdb, risk):
    for row in Trial(imdb).train(risk=risk).rows:
        for name in ("train_mse", "train_log_error", "valid_mse", "valid_log_error"):
            assert np.isfinite(row[name])
        total = row["train_mse"] + (row["train_log_error"] if risk == "total" else 0)
        assert row["train_loss"] == pytest.approx(total, rel=1e-5)


def test_the_same_seed_gives_the_same_history_and_weights(imdb):
    first, second = Trial(imdb), Trial(imdb)
    assert first.train().rows == second.train().rows
    for name, value in first.model.state_dict().items():
        assert torch.equal(value, second.model.state_dict()[name])


def test_one_step_is_adam_s_own_on_the_written_risk(movielens):
    trial = Trial(movielens, batch_size=10**6)
    twin = Trial(movielens, batch_size=10**6)
    trial.train(epochs=1, rate=0.02, log_error_weight=0.5)

    (batch,) = twin.loader
    nodes = twin.model(twin.graph)
    positive, negative = (
        twin.model.score(nodes, batch.user, item) for item in (batch.item, batch.negative)
    )
    mse = mse_loss(twin.model.predict(nodes, batch.user, batch.item), batch.edge_label)
    (mse + 0.5 * bpr_loss(positive, negative)).backward()
    for name, parameter in twin.model.named_parameters():
        # Adam's first step: m / sqrt(v) is the sign of the gradient, all but epsilon.
        step = 0.02 * parameter.grad / (parameter.grad.abs() + 1e-8)
        found = trial.model.get_parameter(name)
        torch.testing.assert_close(found, parameter.detach() - step, atol=1e-5, rtol=1e-4)


def test_several_steps_are_those_of_adam_with_fresh_gradients(movielens):
    """Gradients left over from the step before would go unnoticed in the first one."""
    trial, twin = (Trial(movielens, batch_size=300) for _ in range(2))
    value = iter([0.1, 0.2])  # so that the last epoch is kept
    trial.train(lambda _: {"ndcg_at_10": next(value)}, epochs=2, end_factor=0.5)

    optimizer = torch.optim.Adam(twin.model.parameters(), lr=0.01)
    steps = 2 * len(twin.loader)
    for step, batch in enumerate([*twin.loader, *twin.loader]):
        optimizer.param_groups[0]["lr"] = 0.01 * (1 - 0.5 * step / steps)
        nodes = twin.model(twin.graph)
        scores = [twin.model.score(nodes, batch.user, i) for i in (batch.item, batch.negative)]
        mse = mse_loss(twin.model.predict(nodes, batch.user, batch.item), batch.edge_label)
        gradients = torch.autograd.grad(mse + bpr_loss(*scores), [*twin.model.parameters()])
        for parameter, gradient in zip(twin.model.parameters(), gradients, strict=True):
            parameter.grad = gradient
        optimizer.step()
    for found, expected in zip(trial.model.parameters(), twin.model.parameters(), strict=True):
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


def test_the_kept_weights_are_those_of_the_best_epoch(imdb):
    trial = Trial(imdb)
    kept, value = [], iter([0.1, 0.5, 0.3, 0.4])

    def validate(model):
        kept.append({name: part.clone() for name, part in model.state_dict().items()})
        return {"ndcg_at_10": next(value)}

    history = trial.train(validate, epochs=4)
    assert history.best_epoch == 2
    for name, part in trial.model.state_dict().items():
        assert torch.equal(part, kept[1][name])
    assert not trial.model.training


@pytest.mark.parametrize("monitor", ["mse", "cross_entropy"])
def test_lower_is_better_where_it_is_said(imdb, monitor):
    value = iter([0.5, 0.1, 0.3])
    history = Trial(imdb).train(lambda _: {monitor: next(value)}, monitor=monitor)
    assert history.best_epoch == 2


@pytest.mark.parametrize(("monitor", "best"), [("ndcg_at_10", 1), ("cross_entropy", 3)])
def test_the_monitor_alone_decides_among_the_measures(imdb, monitor, best):
    rows = iter([(0.9, 3.0), (0.5, 2.0), (0.7, 1.0)])
    history = Trial(imdb).train(
        lambda _: dict(zip(("ndcg_at_10", "cross_entropy"), next(rows), strict=True)),
        monitor=monitor,
    )
    assert history.best_epoch == best
    assert history.rows[0]["valid_cross_entropy"] == 3.0


def test_training_stops_after_patience_epochs_without_a_better_value(imdb):
    value = iter([0.1, 0.3, 0.2, 0.3, 0.1, 0.9])
    history = Trial(imdb).train(lambda _: {"ndcg_at_10": next(value)}, epochs=6, patience=3)
    assert (len(history.rows), history.best_epoch) == (5, 2)


def test_a_loss_that_is_not_finite_raises(imdb):
    trial = Trial(imdb)
    with torch.no_grad():
        trial.model.embedding.weight[0] = torch.inf
    with pytest.raises(DivergedError, match="learning rate"):
        trial.train()


def test_targets_left_out_carry_no_message_of_their_own(imdb):
    """With one batch of everything there is no edge left to propagate over."""
    trial = Trial(imdb, batch_size=10**6)
    masks = []
    forward = trial.model.forward

    def spy(graph, edge_mask=None):
        masks.append(edge_mask)
        return forward(graph, edge_mask)

    trial.model.forward = spy
    trial.train(epochs=1, mask_supervision=True)
    assert not masks[0].any()
    assert masks[-1] is None  # validation sees the whole training graph


def test_averaged_weights_are_validated_and_kept(imdb):
    plain, averaged = Trial(imdb), Trial(imdb)
    start = averaged.model.embedding.weight.detach().clone()
    plain.train(epochs=1)
    averaged.train(epochs=1, ema_decay=0.9)
    moved = (plain.model.embedding.weight - start).norm()
    assert 0 < (averaged.model.embedding.weight - start).norm() < moved


def test_on_epoch_is_told_every_row_in_order(imdb):
    rows = []
    history = Trial(imdb).train(on_epoch=rows.append)
    assert rows == history.rows
    assert [row["epoch"] for row in rows] == [1, 2, 3]


def test_validation_needs_no_gradient_and_gives_the_same_twice(movielens):
    trial = Trial(movielens)
    trial.model.eval()
    with torch.no_grad():
        assert trial.validate(trial.model) == trial.validate(trial.model)


def test_every_monitor_is_a_measure_that_validation_gives(imdb):
    trial = Trial(imdb)
    with torch.no_grad():
        measures = trial.validate(trial.model)
    monitors = get_args(HyperParams.model_fields["monitor"].annotation)
    assert {"mse", *monitors} <= set(measures)


@pytest.mark.parametrize("number", [1, 4])
def test_without_validation_so_many_epochs_are_trained_and_the_last_is_kept(imdb, number):
    """More than the settings say, or fewer; patience has nothing to be lost about."""
    history = Trial(imdb).train_without_validation(number, epochs=3, patience=1)
    assert (len(history.rows), history.best_epoch) == (number, number)
    assert not any(name.startswith("valid") for row in history.rows for name in row)


def test_without_validation_the_rate_falls_as_it_did_with_it(imdb):
    """Two of three epochs leave the weights that the first training had then."""
    first, again = Trial(imdb), Trial(imdb)
    value = iter([0.1, 0.5, 0.3])
    first.train(lambda _: {"ndcg_at_10": next(value)}, end_factor=0.1)
    again.train_without_validation(2, end_factor=0.1)
    for name, part in first.model.state_dict().items():
        assert torch.equal(part, again.model.state_dict()[name]), name
