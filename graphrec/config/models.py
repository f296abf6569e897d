"""The sections of params.yaml that describe models: what each key means and may be."""

from typing import Annotated, Literal

from pydantic import Field

from graphrec.config.section import Count, NonNegative, Positive, Rate, Section, Width


class NGCFParams(Section):
    """The plain model of Wang et al. 2019."""

    embedding_dim: Width
    """Columns of an embedding and of every layer."""
    message_dropout: Rate
    node_dropout: Rate
    """Share of the edges that a training step leaves out."""
    weight_decay: NonNegative
    """L2 term of the embeddings and matrices, in both risks."""


class LightGCNParams(Section):
    """LightGCN; with 0 layers matrix factorisation."""

    embedding_dim: Width
    weight_decay: NonNegative
    """L2 term of the embeddings, in both risks."""


class RatingParams(Section):
    """The rating network."""

    embedding_dim: Width
    features: bool
    """Whether the network sees side features."""
    hidden_channels: Width
    """Columns of the dense layer that side features pass."""
    dropout: Rate
    edge_dropout: Rate
    """Share of the edges, beside the predicted ones, that a training step leaves out."""
    weight_decay: NonNegative
    """L2 term of the embeddings and matrices, in both risks."""


class RankingParams(Section):
    """The ranking network."""

    embedding_dim: Width
    features: bool
    """Whether the vectors of a node's side features are in its initial embedding."""
    same_category: bool
    """Whether messages also pass between entities of the same small category."""
    feature_dropout: Rate
    """Share of the side features' columns that a training step leaves out."""
    edge_dropout: Rate
    """Share of the edges, beside the predicted ones, that a training step leaves out."""
    weight_decay: NonNegative
    """L2 term of the embeddings and matrices, in both risks."""
    id_embedding: bool
    """Whether a node has an embedding of its own beside the projection of its features; without
    features it has one in any case."""
    spectral_start: bool
    """Whether embeddings of their own start at the leading singular vectors of the interactions."""
    item_bias: bool
    """Whether items have a bias, which starts at the logarithm of their popularity."""
    logit_scale: Positive
    """What the learned factor of all scores starts at."""


class NGCFFinalParams(Section):
    network: bool
    """Whether the networks are among what is weighed; without them the filters are all."""
    liked: bool
    """Whether a predicted rating counts in rankings."""
    rating: RatingParams | None
    """None where it is for implicit events alone, which have no ratings to predict."""
    ranking: RankingParams


class HyperParams(Section):
    """One set of settings; a run names the one that it is trained with."""

    batch_size: Count
    """Interactions a training step."""
    learning_rate: Positive
    """Adam's step size in the first step."""
    monitor: Literal["cross_entropy", "ndcg_at_10"]
    """The validation measure that chooses the epoch, unless the risk is the MSE alone, which then
    does; the first is the smoother one where few users validate."""
    num_negatives: Annotated[int, Field(ge=0, le=10**9)]
    """Items that the log error sets against all of a batch at once; 0 is one each, BPR."""
    ngcf: NGCFParams
    lightgcn: LightGCNParams
    ngcf_final: NGCFFinalParams
