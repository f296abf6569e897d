"""The sections of params.yaml that describe the closed-form filters."""

from typing import Literal

from graphrec.config.section import NonNegative, Number, Positive, Rate, Section

Steps = list[Literal[1, 2, 4]]


class PriorParams(Section):
    """How alike two rows of residuals are expected to be before any is seen, in squared units."""

    own: Positive
    """Of an entity with itself."""
    shared: NonNegative
    """Of any two."""
    values: NonNegative
    """Times the cosine of their categorical and multi-valued side information."""
    numeric: NonNegative
    """Times exp(-d²/2) for each numeric block, d their distance in widths."""
    numeric_width: Positive
    """In standard deviations of the block."""


class ExplicitFilterParams(Section):
    """Of explicit ratings."""

    noise_variance: Positive
    """Variance of a rating about what the residual filters expect."""
    item_prior: PriorParams
    user_prior: PriorParams
    item_over_relaxation: Steps
    """Over-relaxation of each EM step of the item filter."""
    user_over_relaxation: Steps
    """Over-relaxation of each EM step of the user filter."""
    regularization: Positive
    """L2 term of the item-item weights."""
    dropout: Rate
    """Chance with which the item-item weights expect an item to be missing."""
    rating_weight: Number
    """What a rating above the expected adds to an interaction, per unit, in interactions."""


class StructureWeights(Section):
    """What each structural score of an item for a user weighs."""

    content: Number
    """Cosine of multi-valued side information with that of the user's items."""
    category: Number
    """Whether a categorical value is that of one of the user's items."""
    co_users: Number
    """Logarithm of the users in common with the user's items."""
    category_users: Number
    """Square root of the users that the item's and the user's categories share."""


class ImplicitFilterParams(Section):
    """Of implicit events."""

    category_smoothing: NonNegative
    """What an item's multi-valued side information takes over from items of its category."""
    co_user_smoothing: NonNegative
    """What it takes over from items with users in common."""
    weights: StructureWeights
    regularization: Positive
    """L2 term of the item-item weights, which rank where items have no side information."""
    dropout: Rate


class FilterParams(Section):
    explicit: ExplicitFilterParams
    implicit: ImplicitFilterParams
