"""The sections of params.yaml that describe training, evaluation and runs."""

from typing import Annotated, Literal

from pydantic import Field

from graphrec.config.section import (
    Count,
    Factor,
    NonNegative,
    Positive,
    Rate,
    Section,
)

Model = Literal["ngcf", "ngcf_final", "lightgcn"]


class TrainParams(Section):
    epochs: Count
    """Passes over the training interactions, at most."""
    patience: Count
    """Epochs without a better validation value after which training stops."""
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

    workers: Count
    """Processes that share one training, each with some of the users and all items; the results are
    those of one up to rounding. More than one are started by Ray, on this machine or on the cluster
    of $RAY_ADDRESS."""


class FadingTerm(Section):
    """variance * exp(-gap / days)"""

    days: Positive
    variance: NonNegative
    """In squared stars."""


class TimeKernelParams(Section):
    """How the residuals of two ratings of a user hang together by their times."""

    same_day: NonNegative
    """Covariance of two residuals of one day, in squared stars."""
    fading: list[FadingTerm]
    """Covariances that fade with the gap."""


class TimeAwareParams(Section):
    """The rating filter that knows when a rating was given."""

    resolution: Literal["second", "day"]
    """How exactly times are known, in training and test alike."""
    user: TimeKernelParams
    """Whatever the two items."""
    taste: TimeKernelParams
    """Times the covariance of the two items."""


class TimeAwareMenu(Section):
    """Of the study's rows in which the time of a test rating is known; no run has it."""

    second: TimeAwareParams
    day: TimeAwareParams


class EvaluateParams(Section):
    k: Annotated[list[Count], Field(min_length=1)]
    """Lengths of the lists that ranking measures look at."""
    n_resamples: Annotated[int, Field(ge=2, le=10_000)]
    """Bootstrap resamples of the test users behind each standard error."""


class RunParams(Section):
    """One of the trained models: the keys that the ten runs vary, and the settings they share."""

    dataset: str
    """An entry of `datasets`."""
    model: Model
    layers: Annotated[int, Field(ge=0, le=8)]
    """Number of graph propagations."""
    soft_sampling: bool
    """Whether an epoch draws interactions with replacement instead of a full pass."""
    risk: Literal["total", "mse"]
    hyperparameters: str
    """An entry of `hyperparameters`."""
    refit: bool
    """Whether the model is trained anew on training and validation part, once the best number of
    epochs is known."""
