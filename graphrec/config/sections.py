"""The sections of params.yaml: what each key means, its type, and the values that it takes."""

from typing import Annotated, Literal

from pydantic import Field

from graphrec.config.models import (
    IMDBFilters,
    IMDBModel,
    LightGCNParams,
    MovieLensFilters,
    MovieLensModel,
    NGCFParams,
)
from graphrec.config.section import (
    Count,
    Dataset,
    Factor,
    NonNegative,
    Number,
    Positive,
    Rate,
    Section,
    Share,
)


class MovieLensSplit(Section):
    fold: Literal["u1", "u2", "u3", "u4", "u5", "ua", "ub", "random", "last-one-out", "global-time"]
    """What tests: a published fold; a random share; each user's last rating; the latest share."""
    test_fraction: Share
    """Share of all ratings that tests, of `random` and `global-time`."""
    valid_fraction: Share
    """Share of the rest that validates, held out in the same manner."""


class FadingTerm(Section):
    """variance * exp(-gap / days)"""

    days: Positive
    variance: NonNegative
    """In squared stars."""


class TimeAwareParams(Section):
    """The rating model that knows when a rating was given: how a user's residuals hang together."""

    resolution: Literal["second", "day"]
    """How exactly times are known, in training and test alike."""
    same_day: NonNegative
    """Covariance of two residuals of one day, in squared stars."""
    fading: list[FadingTerm]
    """Covariances that fade with the gap."""
    share: Number
    """Of the time effect that is added to a prediction."""
    weight: Number
    """In place of `ngcf_final.rating`'s, as the next two."""
    item_filter: Number
    user_filter: Number


class TimeAwareMenu(Section):
    second: TimeAwareParams
    day: TimeAwareParams


class MovieLensParams(Section):
    split: MovieLensSplit
    filters: MovieLensFilters
    batch_size: Count
    """Interactions a training step."""
    num_negatives: Annotated[int, Field(ge=0)]
    """Items that the log error sets against all of a batch at once; 0 is one each, BPR."""
    ngcf: NGCFParams
    lightgcn: LightGCNParams
    ngcf_final: MovieLensModel
    time_aware: TimeAwareMenu
    """Of the study's rows in which the time of a test rating is known; no run has it."""


class IMDBParams(Section):
    filters: IMDBFilters
    batch_size: Count
    """Credits a training step."""
    num_negatives: Annotated[int, Field(ge=0)]
    """Movies that the log error sets against all of a batch at once; 0 is one each, BPR."""
    ngcf: NGCFParams
    lightgcn: LightGCNParams
    ngcf_final: IMDBModel


class TrainParams(Section):
    epochs: Count
    """Passes over the training interactions, at most."""
    patience: Count
    """Epochs without a better validation value after which training stops."""
    learning_rate: Positive
    """Adam's step size in the first step."""
    end_factor: Factor
    """What the step size falls to, linearly over all epochs, as a share of the first."""
    log_error_weight: NonNegative
    """Weight of the log error in the Total Loss."""
    soft_ratio: Positive
    """Interactions that soft sampling draws an epoch, as a share of all."""
    ema_decay: Rate
    """Factor a step of the moving average of the weights; 0 for none."""
    mask_supervision: bool
    """Whether the interactions of a batch carry no message while they are predicted."""
    num_neighbors: list[Count]
    """How many neighbours of each node of a batch's pairs a step samples, then how many of each of
    those, and so on: a number a layer. Empty: each step propagates the whole graph. For `ngcf` and
    `lightgcn`; each interaction then has one negative, as with `num_negatives` 0."""


class EvaluateParams(Section):
    relevant_rating: Annotated[int, Field(ge=1, le=5)]
    """A movielens test rating from which on an item counts as relevant."""
    k: Annotated[list[Count], Field(min_length=1)]
    """Lengths k of the lists that ranking measures look at."""
    n_resamples: Annotated[int, Field(ge=2)]
    """Bootstrap n_resamples of the test users behind each standard deviation."""


class RunParams(Section):
    """One of the trained models: the keys that the ten runs vary."""

    dataset: Dataset
    model: Literal["ngcf", "ngcf_final", "lightgcn"]
    layers: Annotated[int, Field(ge=0, le=8)]
    """Number of graph propagations."""
    soft_sampling: bool
    """Whether an epoch draws interactions with replacement instead of a full pass."""
    risk: Literal["total", "mse"]


class Params(Section):
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    """Every random number comes from it."""
    threads: Count
    """Threads of the arithmetic: part of what makes a run repeatable to the bit."""
    device: Literal["cpu", "cuda"]
    """What trains; evaluation is on the CPU. The same draws on either, the same results up to
    rounding."""
    movielens: MovieLensParams
    imdb: IMDBParams
    train: TrainParams
    evaluate: EvaluateParams
    runs: dict[str, RunParams]

    def of(self, dataset: str) -> MovieLensParams | IMDBParams:
        """The section of a data set."""
        section: MovieLensParams | IMDBParams = getattr(self, dataset)
        return section

    def relevant_target(self, dataset: str) -> float:
        """The least target of a relevant interaction: a rating, or 1 for a credit."""
        return float(self.evaluate.relevant_rating) if dataset == "movielens" else 1.0
