"""The training loop."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from graphrec.config.errors import GraphrecError
from graphrec.config.training import TrainParams
from graphrec.data.batches import Batch, SharedNegatives
from graphrec.evaluation.metrics import higher_is_better
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.group import ALONE, Group
from graphrec.graph.neighbors import SubgraphBatch
from graphrec.models import Recommender
from graphrec.models.losses import bpr_loss, combine_risk, mse_loss, sampled_softmax_loss
from graphrec.training.checkpoint import Checkpoint
from graphrec.training.ema import WeightAverage
from graphrec.training.progress import History, Progress, Row, weights_of
from graphrec.training.replicas import Replicas

Validate = Callable[[Recommender], Row]


class DivergedError(GraphrecError):
    """The loss is no finite number any more."""


def train_model(
    model: Recommender,
    graph: BipartiteGraph,
    loader: DataLoader[Batch] | DataLoader[SubgraphBatch],
    validate: Validate | None,
    options: TrainParams,
    learning_rate: float,
    monitor: str,
    risk: str,
    on_epoch: Callable[[Row], None],
    epochs: int | None = None,
    checkpoint: Checkpoint | None = None,
    group: Group = ALONE,
) -> History:
    """Minimise the risk; leave in `model` the weights of the epoch that is best on validation.

    `model` and `graph` are on the device that trains, batches come from the CPU. A step propagates
    `graph`, or that part of it which its batch brings along.

    `validate` gives a model's validation measures, of which `monitor` decides; without it
    `epochs` are trained and the last weights kept. `learning_rate` is Adam's step size in the first
    step, `options` says the rest: after `patience` epochs without a better value training stops;
    the learning rate falls linearly to `end_factor` times itself over all `options.epochs`; with
    `ema_decay` > 0 the validated and kept weights are their moving
    average with that factor a step (Polyak averaging); with `mask_supervision` the interactions of
    a batch carry no message while they are predicted. With a `checkpoint` it goes on from the last
    one, and ends with the weights that it would have had without a break. Processes of a `group`
    have a part each of graph, batches and model, and train as one. Raises DivergedError on a loss
    that is not finite.
    """
    device = graph.user.device
    steps = options.epochs * len(loader)
    optimizer = torch.optim.Adam(model.parameter_groups(), lr=learning_rate, fused=True)
    schedule = torch.optim.lr_scheduler.LinearLR(
        optimizer, 1.0, options.end_factor, total_iters=max(steps, 1)
    )
    average = WeightAverage(model, options.ema_decay)
    replicas = Replicas(model, graph.num_users, group)
    sign = 1 if higher_is_better(monitor) else -1
    progress = Progress(model, optimizer, schedule, average, loader, checkpoint)
    history = progress.history
    for epoch in range(progress.epoch, (epochs or options.epochs) + 1):
        if epoch - 1 - history.best_epoch >= options.patience:
            break
        model.train()
        for drawn in tqdm(
            progress.batches(),
            desc=f"epoch {epoch}",
            total=len(loader),
            initial=progress.step,
            leave=False,
            disable=None,
        ):
            drawn = drawn.to(device)
            batch, part = drawn if isinstance(drawn, SubgraphBatch) else (drawn, graph)
            optimizer.zero_grad()
            edge_mask = part.message_mask(batch.e_id) if options.mask_supervision else None
            nodes = model(part, edge_mask)
            mse, minimised, log_error = errors(model, nodes, batch, risk)
            loss = combine_risk(risk, mse, minimised, options.log_error_weight)
            (batch.share * loss).backward()
            replicas.sum_gradients()
            optimizer.step()
            schedule.step()
            average.update()
            described = _detached(loss, mse, log_error, torch.ones_like(loss))
            progress.sums += len(batch.e_id) * torch.stack(described)
            progress.end_step()
        row = _describe_epoch(epoch, group.sum_(progress.sums))
        replicas.align()
        model.eval()
        with torch.no_grad(), average.in_place():
            value = float(epoch)  # without validation the last epoch is kept
            if validate is not None:
                row |= {f"valid_{name}": value for name, value in validate(model).items()}
                value = sign * row[f"valid_{monitor}"]
            if value > progress.best_value:
                progress.best_value, history.best_epoch = value, epoch
                progress.best_weights = weights_of(model)
        history.rows.append(row)
        on_epoch(row)
        progress.end_epoch()
    progress.end()
    model.load_state_dict(progress.best_weights, strict=False)
    model.eval()
    return history


def errors(
    model: Recommender, nodes: Any, batch: Batch, risk: str
) -> tuple[Tensor, Tensor, Tensor]:
    """The squared error, the log error to minimise, and the pair loss.

    The last two are the same without shared negatives.
    """
    count, rated = len(batch.e_id), len(batch.edge_label)
    user, item = batch.user.repeat(2), torch.cat([batch.item, batch.negative])
    # All pairs at once, or first those alone whose derivative is needed.
    now = 2 * count if batch.shared_negatives is None and risk != "mse" else rated
    predicted, scores = model.predict_and_score(nodes, user[:now], item[:now])
    mse = mse_loss(predicted.split([rated, now - rated])[0], batch.edge_label)
    if now < len(user):
        with torch.no_grad():
            others = model.score(nodes, user[now:], item[now:])
        scores = torch.cat([scores, others])
    positive, negative = scores.split([count, count])
    pairs = bpr_loss(positive, negative)
    if batch.shared_negatives is None or risk == "mse":
        return mse, pairs, pairs
    return mse, shared_negatives_loss(model, nodes, positive, batch.shared_negatives), pairs


def shared_negatives_loss(
    model: Recommender, nodes: Any, positive: Tensor, shared: SharedNegatives
) -> Tensor:
    """The log error of each positive score (n,) against all shared negatives of its user."""
    scores = model.score_block(nodes, shared.user, shared.item)  # (users, negatives)
    scores = scores.masked_fill(shared.is_interaction, -torch.inf)
    return sampled_softmax_loss(positive, scores.logsumexp(dim=1)[shared.inverse])


def _detached(*values: Tensor) -> list[Tensor]:
    return [value.detach() for value in values]


def _describe_epoch(epoch: int, sums: Tensor) -> Row:
    loss, mse, log_error, count = sums.tolist()
    if not math.isfinite(loss):
        raise DivergedError(
            f"expected a finite training loss, got {loss} in epoch {epoch}: lower the learning rate"
        )
    return {
        "epoch": epoch,
        "train_loss": loss / count,
        "train_mse": mse / count,
        "train_log_error": log_error / count,
    }
