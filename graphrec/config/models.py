"""The sections of params.yaml that describe models and filters."""

from typing import Literal

from graphrec.config.section import Count, NonNegative, Number, Positive, Rate, Section


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
    hidden_channels: Count
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
    logit_scale: Positive
    """What the learned logit_scale starts at."""
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
    item_over_relaxation: list[Literal[1, 2, 4]]
    """Over-relaxation of each EM step of the item filter."""
    user_over_relaxation: list[Literal[1, 2, 4]]
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
