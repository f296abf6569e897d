"""Every measure of a recommender on held-out interactions, with its spread over users."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from graphrec.config.datasets import RatingScale
from graphrec.data.interactions import HeldOut, IntArray, Mask
from graphrec.evaluation import metrics
from graphrec.evaluation.bootstrap import Measure, UserSums, Weights, resample
from graphrec.evaluation.ranking import Ranked, Seen, rank_held_out
from graphrec.evaluation.scorers import CalibratesScores, PredictsLabels, RanksItems


@dataclass(frozen=True)
class Protocol:
    """How measures are taken."""

    ratings: RatingScale | None
    """Squared errors over held-out ratings, clipped to the scale; for None over events, label 1,
    and as many negatives, label 0."""
    k: list[int]
    """Lengths of the ranked lists."""
    n_resamples: int
    """Bootstrap resamples of the users."""
    seed: int


@dataclass(frozen=True)
class Risk:
    """What a run minimises: MSE + `log_error_weight` * Log Error."""

    log_error_weight: float


@dataclass(frozen=True)
class Evaluation:
    """Measures of one recommender on one held-out part."""

    values: dict[str, float]
    """Each measure over all users."""
    draws: dict[str, NDArray[np.float64]]
    """Each measure over bootstrap resamples of the users (n_resamples,)."""
    users: dict[str, UserSums]
    """The per-user values behind those that are ratios of sums over users."""

    @property
    def standard_errors(self) -> dict[str, float]:
        """Standard deviation of each measure over the resamples."""
        return {name: float(np.std(values, ddof=1)) for name, values in self.draws.items()}


def evaluate_model(
    model: RanksItems | PredictsLabels,
    held_out: HeldOut,
    relevant: Mask,
    seen: Seen,
    popularity: IntArray,
    protocol: Protocol,
    risk: Risk | None = None,
) -> Evaluation:
    """The test loss and every measure that `model` can be judged by, on `held_out`.

    `relevant` (n,) marks the held-out interactions whose items are to be ranked high, `seen` are
    the interactions that are not ranked again, `popularity` (items,) the number of training
    interactions. `test_loss` is the run's own risk, for a model that has one.
    """
    users: dict[str, UserSums] = {}
    measures: dict[str, Measure] = {}
    values: dict[str, float] = {}
    calibrated = protocol.ratings is None and isinstance(model, CalibratesScores)
    if isinstance(model, PredictsLabels) and not calibrated:
        users |= errors(model, held_out, protocol.ratings)
    if isinstance(model, RanksItems):
        ranked = rank_held_out(model.score_items, held_out, relevant, seen, max(protocol.k))
        pairs = held_out.interactions.user, ranked.positive.double(), ranked.negative.double()
        users["log_error"] = UserSums.of(pairs[0], -F.logsigmoid(pairs[1] - pairs[2]).numpy())
        if protocol.ratings is None:
            measures |= classification(*pairs)
        if calibrated:
            assert isinstance(model, CalibratesScores)
            chances = model.chance(torch.cat([ranked.positive, ranked.negative]))
            users |= errors_of_chances(held_out, chances)
        measured, values = ranking(ranked, popularity, protocol.k)
        users |= measured
    measures |= users
    if "mse" in users and protocol.ratings is not None:
        measures["rmse"] = lambda weight: users["mse"](weight) ** 0.5
    if risk is not None:
        measures["test_loss"] = lambda weight: (
            users["mse"](weight) + risk.log_error_weight * users["log_error"](weight)
        )
    values |= {name: measure(None) for name, measure in measures.items()}
    user = held_out.interactions.user
    draws = resample(measures, user, protocol.n_resamples, protocol.seed)
    return Evaluation(values, draws, users)


def errors(
    model: PredictsLabels, held_out: HeldOut, ratings: RatingScale | None
) -> dict[str, UserSums]:
    """`mse`, of ratings also `mae`."""
    pairs = held_out.interactions
    user, item = torch.from_numpy(pairs.user), torch.from_numpy(pairs.item)
    if ratings is None:
        both = torch.cat([item, torch.from_numpy(held_out.negative)])
        return errors_of_chances(held_out, model.predict(user.repeat(2), both))
    predicted = model.predict(user, item).double().numpy()
    error = predicted.clip(ratings.minimum, ratings.maximum) - pairs.rating
    return {
        "mse": UserSums.of(pairs.user, error**2),
        "mae": UserSums.of(pairs.user, np.abs(error)),
    }


def errors_of_chances(held_out: HeldOut, chance: Tensor) -> dict[str, UserSums]:
    """`mse` of the chances (2n,) of held-out events and of their negatives."""
    label = np.repeat([1.0, 0.0], len(held_out))
    user = np.tile(held_out.interactions.user, 2)
    return {"mse": UserSums.of(user, (chance.double().numpy() - label) ** 2)}


def ranking(
    ranked: Ranked, popularity: IntArray, k: list[int]
) -> tuple[dict[str, UserSums], dict[str, float]]:
    """Measures of each user with a relevant item, and the coverage of all lists together."""
    present = torch.unique(ranked.user)
    by_user: dict[str, Tensor] = {}
    covered = {}
    for size in k:
        for name, measure in metrics.RANKING.items():
            by_user[f"{name}_at_{size}"] = measure(ranked.user, ranked.rank, size)
        top = ranked.lists[:, :size]
        popular = metrics.mean_popularity(top, torch.from_numpy(popularity))
        by_user[f"mean_popularity_at_{size}"] = popular
        covered[f"coverage_at_{size}"] = metrics.coverage(top, len(popularity))
    ones = np.ones(len(present))
    sums = {
        name: UserSums(present.numpy(), value.double().numpy(), ones)
        for name, value in by_user.items()
    }
    return sums, covered


def classification(user: IntArray, positive: Tensor, negative: Tensor) -> dict[str, Measure]:
    """ROC AUC and average precision of events against matched negatives."""
    from sklearn.metrics import average_precision_score, roc_auc_score  # a second to import

    label = np.repeat([1, 0], len(user))
    score, users = torch.cat([positive, negative]).numpy(), np.tile(user, 2)

    def weighted(function: Any, weight: Weights) -> float:
        sample_weight = None if weight is None else weight[users]
        return float(function(label, score, sample_weight=sample_weight))

    return {
        "auc": partial(weighted, roc_auc_score),
        "average_precision": partial(weighted, average_precision_score),
    }
