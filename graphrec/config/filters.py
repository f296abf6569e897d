"""The sections of params.yaml that describe the closed-form filters."""

from typing import Annotated, Literal

from pydantic import Field

from graphrec.config.section import NonNegative, Number, Positive, Rate, Section, Width

Steps = list[Literal[1, 2, 4]]
Kind = Literal["content", "co_occurrence", "walk", "low_pass"]


class PriorParams(Section):
    """How alike two rows of residuals are expected to be before any is seen, in squared units."""

    own: Positive
    """Of an entity with itself."""
    shared: NonNegative
    """Of any two."""
    graph: NonNegative
    """Times the cosine of their node vectors, propagated over the graph of training ratings."""
    values: NonNegative
    """Times the cosine of their categorical and multi-valued side information."""
    numeric: NonNegative
    """Times exp(-d²/2) for each numeric block, d their distance in widths."""
    numeric_width: Positive
    """In standard deviations of the block."""


class ScaleParams(Section):
    """What each covariance of two ratings is multiplied by."""

    item: NonNegative
    """That of their items, where they are of one user."""
    user: NonNegative
    """That of their users, where they are of one item."""
    product: NonNegative
    """The product of both."""


class RatingFilterParams(Section):
    """Of explicit ratings: a Gaussian process."""

    noise_variance: Positive
    """Variance of a rating about what the rating filter expects."""
    scales: ScaleParams
    item_prior: PriorParams
    user_prior: PriorParams
    item_over_relaxation: Steps
    """Over-relaxation of each EM step of the items' covariance."""
    user_over_relaxation: Steps
    """Over-relaxation of each EM step of the users' covariance."""


class RankingFilterParams(Section):
    """Of rankings."""

    kinds: list[Kind]
    """Which filters there are, of those that suit a data set; none for the network alone. `content`
    is one for each block of categories or values that items have, where there are no ratings.
    `co_occurrence` is for items few enough that all pairs have a weight, and takes the place of
    `walk` and `low_pass` there."""
    regularization: Positive
    """L2 term of the item-item weights, for items few enough that all pairs have one."""
    dropout: Rate
    """Chance with which the item-item weights expect an item to be missing."""
    rating_weight: Number
    """What a rating above the expected adds to an interaction, per unit, in interactions."""
    walk_exponents: Annotated[list[NonNegative], Field(min_length=3, max_length=3)]
    """What an interaction on a walk from item to user to item is divided by: the degrees of the
    item it starts at, of the user and of the item it ends at, to these powers."""
    vectors: Width
    """Leading singular vectors of the interactions that a user's row is projected onto."""


class FilterParams(Section):
    rating: RatingFilterParams | None
    """None for the rating network alone."""
    ranking: RankingFilterParams
