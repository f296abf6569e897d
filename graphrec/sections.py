"""The sections of params.yaml: what each key means, its type, and the values that it takes."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

YAML_12_FLOAT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def _number(value: object) -> object:
    """`1e-05`, as `dvc exp run --set-param` writes it, is a string to a YAML 1.1 reader."""
    if isinstance(value, str) and YAML_12_FLOAT.fullmatch(value):
        return float(value)
    return value


Number = Annotated[float, BeforeValidator(_number)]
Positive = Annotated[float, BeforeValidator(_number), Field(gt=0)]
NonNegative = Annotated[float, BeforeValidator(_number), Field(ge=0)]
Rate = Annotated[float, BeforeValidator(_number), Field(ge=0, lt=1)]
Share = Annotated[float, BeforeValidator(_number), Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1)]
Dataset = Literal["movielens", "imdb"]


class Section(BaseModel):
    """A part of params.yaml: every key is there, none is unknown, nothing is converted."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )


class NGCFParams(Section):
    """The plain model of Wang et al. 2019."""

    dim: Count
    """Columns of an embedding and of every layer."""
    message_dropout: Rate
    node_dropout: Rate
    """Share of the edges that a training step leaves out."""
    weight_decay: NonNegative
    """L2 term of the embeddings and matrices, in both risks."""


class LightGCNParams(Section):
    """LightGCN; with 0 layers matrix factorisation."""

    dim: Count
    weight_decay: NonNegative
    """L2 term of the embeddings, in both risks."""


class RatingParams(Section):
    """The rating network and the filters beside it."""

    dim: Count
    side_dim: Count
    """Columns of the dense layer that side features pass."""
    dropout: Rate
    edge_dropout: Rate
    """Share of the edges, beside the predicted ones, that a training step leaves out."""
    weight_decay: NonNegative
    """L2 term of the embeddings and matrices, in both risks."""
    weight: Number
    """Of the network, against the biases; with 1, and 0 for the filters, it is alone."""
    item_filter: Number
    """Weight of the item-item residual filter."""
    user_filter: Number
    """Weight of the user-user residual filter."""


class RankingParams(Section):
    """The ranking network and the filter beside it."""

    dim: Count
    dropout: Rate
    feature_dropout: Rate
    """Share of the side features' columns that a training step leaves out."""
    edge_dropout: Rate
    """Share of the edges, beside the predicted ones, that a training step leaves out."""
    weight_decay: NonNegative
    """L2 term of the embeddings and matrices, in both risks."""
    free: bool
    """Whether a node has an embedding of its own beside the projection of its features."""
    popularity: bool
    """Whether items have a bias, which starts at the logarithm of their popularity."""
    temperature: Positive
    """What the learned temperature starts at."""
    weight: Number
    """Of the network, against the filter; 1 is the network alone."""


class LikedParams(Section):
    """log sigmoid(slope * (rating - centre)), the second factor of relevance."""

    slope: NonNegative
    centre: Number


class StructureWeights(Section):
    """What each structural score of a movie for an actor weighs."""

    keywords: Number
    director: Number
    cast: Number
    directors: Number


class IMDBFilters(Section):
    """The closed-form filter of the training credits."""

    from_director: NonNegative
    """What a movie's keywords take over from its director's other movies."""
    from_cast: NonNegative
    """What a movie's keywords take over from its cast's other movies."""
    weights: StructureWeights


class MovieLensFilters(Section):
    """Closed-form filters of the training ratings."""

    noise: Positive
    """Variance of a rating about what the residual filters expect."""
    item_powers: list[Literal[1, 2, 4]]
    """Over-relaxation of each EM step of the item filter."""
    user_powers: list[Literal[1, 2, 4]]
    """Over-relaxation of each EM step of the user filter."""
    ridge: Positive
    """L2 term of the item-item weights."""
    drop: Rate
    """Chance with which the item-item weights expect an item to be missing."""
    rating_weight: Number
    """What a star above the expected adds to an interaction, in interactions."""


class MovieLensModel(Section):
    rating: RatingParams
    ranking: RankingParams
    liked: LikedParams


class IMDBModel(Section):
    ranking: RankingParams


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


class DatedParams(Section):
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


class DatedMenu(Section):
    second: DatedParams
    day: DatedParams


class MovieLensParams(Section):
    split: MovieLensSplit
    filters: MovieLensFilters
    batch_size: Count
    """Interactions a training step."""
    rivals: Annotated[int, Field(ge=0)]
    """Items that the log error sets against all of a batch at once; 0 is one each, BPR."""
    ngcf: NGCFParams
    lightgcn: LightGCNParams
    ngcf_final: MovieLensModel
    dated: DatedMenu
    """Of the study's rows in which the time of a test rating is known; no run has it."""


class IMDBParams(Section):
    filters: IMDBFilters
    batch_size: Count
    """Credits a training step."""
    rivals: Annotated[int, Field(ge=0)]
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
    final_learning_rate: Annotated[float, BeforeValidator(_number), Field(gt=0, le=1)]
    """What the step size falls to, linearly over all epochs, as a share of the first."""
    log_error_weight: NonNegative
    """Weight of the log error in the Total Loss."""
    soft_ratio: Annotated[float, BeforeValidator(_number), Field(gt=0)]
    """Interactions that soft sampling draws an epoch, as a share of all."""
    averaging: Rate
    """Factor a step of the moving average of the weights; 0 for none."""
    leave_out_targets: bool
    """Whether the interactions of a batch carry no message while they are predicted."""


class EvaluateParams(Section):
    relevant_rating: Annotated[int, Field(ge=1, le=5)]
    """A movielens test rating from which on an item counts as relevant."""
    cutoffs: Annotated[list[Count], Field(min_length=1)]
    """Lengths k of the lists that ranking measures look at."""
    resamples: Annotated[int, Field(ge=2)]
    """Bootstrap resamples of the test users behind each standard deviation."""


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
