"""Every measure of a recommender on held-out interactions, with its spread over users."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F
from torch_scatter import scatter_sum

from graphrec.data.interactions import HeldOut, Interactions
from graphrec.evaluation import metrics
from graphrec.evaluation.ranking import Scorer, Seen, relevant_ranks, top_items
from graphrec.models.losses import combine_risk

PairFunction = Callable[[Tensor, Tensor], Tensor]
"""Users (n,), items (n,) → one number a pair (n,)."""
LOWEST, HIGHEST = 1.0, 5.0
"""Ratings; predictions of them are clipped to this range."""


@dataclass(frozen=True)
class Predictor:
    """What is evaluated: a model or a baseline. One that cannot do a thing has None there."""

    predict: PairFunction | None = None
    """The target of each pair."""
    score: PairFunction | None = None
    """The ranking score of each pair."""
    score_all: Scorer | None = None
    """The ranking scores of every item."""


@dataclass(frozen=True)
class UserSums:
    """A measure as a ratio of two sums over users, so that users can be resampled."""

    user: NDArray[np.int64]
    """(u,) users, each once."""
    total: NDArray[np.float64]
    """(u,) what they add to the numerator."""
    count: NDArray[np.float64]
    """(u,) what they add to the denominator."""

    def value(self, weight: NDArray[np.float64] | None = None) -> float:
        """The measure with each user counted `weight` (u,) times, once by default."""
        weight = np.ones(len(self.user)) if weight is None else weight
        count = float(weight @ self.count)
        return float(weight @ self.total) / count if count else float("nan")


@dataclass(frozen=True)
class Measurement:
    """How measures are taken: what counts as relevant, and the resampling."""

    explicit: bool
    """Squared errors over held-out ratings, clipped to [1, 5]; otherwise over credits, target 1,
    and as many non-credits, target 0."""
    relevant_target: float
    """The least target of a relevant interaction."""
    k: list[int]
    """Lengths k of the ranked lists."""
    n_resamples: int
    """Bootstrap n_resamples of the users."""
    seed: int


@dataclass(frozen=True)
class Evaluation:
    """Measures of one predictor on one held-out part."""

    values: dict[str, float]
    """Each measure over all users."""
    draws: dict[str, NDArray[np.float64]]
    """Each measure over bootstrap n_resamples of the users (n_resamples,). The same held-out part and
    the same seed give the same n_resamples, so that two predictors' draws are paired."""
    users: dict[str, UserSums]
    """The per-user values behind those that are ratios of sums over users."""

    @property
    def standard_errors(self) -> dict[str, float]:
        """Standard deviation of each measure over the n_resamples."""
        return {name: float(np.std(values, ddof=1)) for name, values in self.draws.items()}


def evaluate_model(
    predictor: Predictor,
    held_out: HeldOut,
    seen: Seen,
    popularity: NDArray[np.int64],
    how: Measurement,
    risk: str | None = None,
    log_error_weight: float = 1.0,
) -> Evaluation:
    """The test loss and every measure that `predictor` can be judged by, on `held_out`.

    `seen` are the interactions that are not ranked again, `popularity` (items,) the number of
    training interactions. `test_loss` is the run's own `risk`.
    """
    users: dict[str, UserSums] = {}
    values: dict[str, float] = {}
    pairs = held_out.interactions
    if predictor.predict is not None:
        users |= _errors(predictor.predict, held_out, how.explicit)
    scored = None
    if predictor.score is not None:
        scored = _score_pairs(predictor.score, held_out)
        difference = torch.from_numpy(scored[0] - scored[1])
        users["log_error"] = sum_by_user(pairs.user, -F.logsigmoid(difference).numpy())
    if predictor.score_all is not None:
        relevant = pairs[pairs.rating >= how.relevant_target]
        ranked, covered = _ranking(predictor.score_all, relevant, seen, how.k, popularity)
        users |= ranked
        values |= covered
    auc = {} if how.explicit or scored is None else _credit_measures(pairs.user, *scored)

    def measure(weight: NDArray[np.float64] | None) -> dict[str, float]:
        """All measures with users counted `weight` (all users,) times."""
        result = {name: sums.value(_of(weight, sums.user)) for name, sums in users.items()}
        result |= {name: function(weight) for name, function in auc.items()}
        if "mse" in result and how.explicit:
            result["rmse"] = result["mse"] ** 0.5
        if risk is not None:
            mse, log_error = torch.tensor(result["mse"]), torch.tensor(result["log_error"])
            result["test_loss"] = float(combine_risk(risk, mse, log_error, log_error_weight))
        return result

    rng = np.random.default_rng(how.seed)
    present = np.unique(pairs.user)
    draws = []
    for _ in range(how.n_resamples):
        weight = np.zeros(int(pairs.user.max()) + 1)
        np.add.at(weight, rng.choice(present, len(present)), 1.0)
        draws.append(measure(weight))
    values |= measure(None)
    resampled = {name: np.array([draw[name] for draw in draws]) for name in draws[0]}
    return Evaluation(values, resampled, users)


def sum_by_user(user: NDArray[np.int64], value: NDArray[np.floating]) -> UserSums:
    """Sum and count of `value` (n,) for each user in `user` (n,)."""
    present, line = np.unique(user, return_inverse=True)
    total = scatter_sum(torch.from_numpy(value.astype(np.float64)), torch.from_numpy(line))
    return UserSums(present, total.numpy(), np.bincount(line).astype(np.float64))


def _of(weight: NDArray[np.float64] | None, user: NDArray[np.int64]) -> NDArray[np.float64] | None:
    return None if weight is None else weight[user]


def _errors(predict: PairFunction, held_out: HeldOut, explicit: bool) -> dict[str, UserSums]:
    pairs = held_out.interactions
    user, item, target = pairs.user, pairs.item, pairs.rating
    if not explicit:
        user, item = np.tile(user, 2), np.concatenate([item, held_out.negative])
        target = np.concatenate([target, np.zeros_like(target)])
    predicted = predict(torch.from_numpy(user), torch.from_numpy(item)).double().numpy()
    if explicit:
        predicted = predicted.clip(LOWEST, HIGHEST)
    error = predicted - target
    sums = {"mse": sum_by_user(user, error**2)}
    return sums | {"mae": sum_by_user(user, np.abs(error))} if explicit else sums


def _score_pairs(
    score: PairFunction, held_out: HeldOut
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    user = torch.from_numpy(held_out.interactions.user)
    items = (held_out.interactions.item, held_out.negative)
    first, second = (score(user, torch.from_numpy(item)).double().numpy() for item in items)
    return first, second


def _ranking(
    scorer: Scorer,
    relevant: Interactions,
    seen: Seen,
    k: list[int],
    popularity: NDArray[np.int64],
) -> tuple[dict[str, UserSums], dict[str, float]]:
    """Measures by user, and the coverage of all lists together."""
    user, rank = relevant_ranks(scorer, relevant, seen)
    present = torch.unique(user)
    lists = top_items(scorer, present, seen, max(k))
    table, covered = {}, {}
    for cutoff in k:
        for name, function in metrics.RANKING.items():
            table[f"{name}_at_{k}"] = function(user, rank, k)
        table[f"mean_popularity_at_{k}"] = metrics.mean_popularity(
            lists[:, :k], torch.from_numpy(popularity)
        )
        covered[f"coverage_at_{k}"] = metrics.coverage(lists[:, :k], len(popularity))
    ones = np.ones(len(present))
    users = {
        name: UserSums(present.numpy(), value.numpy().astype(np.float64), ones)
        for name, value in table.items()
    }
    return users, covered


def _credit_measures(
    user: NDArray[np.int64], credit: NDArray[np.float64], none: NDArray[np.float64]
) -> dict[str, Callable[[NDArray[np.float64] | None], float]]:
    """ROC AUC and average precision of credits against matched non-credits."""
    from sklearn.metrics import average_precision_score, roc_auc_score  # a second to import

    label = np.concatenate([np.ones_like(credit), np.zeros_like(none)])
    score = np.concatenate([credit, none])
    both = np.tile(user, 2)
    return {
        "auc": lambda weight: float(roc_auc_score(label, score, sample_weight=_of(weight, both))),
        "average_precision": lambda weight: float(
            average_precision_score(label, score, sample_weight=_of(weight, both))
        ),
    }
