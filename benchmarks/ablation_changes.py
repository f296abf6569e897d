"""The changes of the ablation: for each run, what is taken out of it or set otherwise."""

from typing import Any, NamedTuple

RATING = "hyperparameters.explicit.ngcf_final.rating"
RANKING = "hyperparameters.explicit.ngcf_final.ranking"
CREDITS = "hyperparameters.attributes.ngcf_final.ranking"
IMPLICIT = "filters.implicit"


class Change(NamedTuple):
    """Other values for some parameters."""

    label: str
    values: dict[str, Any]
    """By dotted key of params.yaml."""
    features: bool = True
    """Whether the networks see side features."""


WHOLE = Change("as it is", {})

MEASURES = {"movielens-mse": "rmse", "movielens-base": "ndcg_at_10", "imdb-base": "ndcg_at_10"}
"""For each run the measure that tells."""

CHANGES: dict[str, list[Change]] = {
    "movielens-mse": [
        Change(
            "network alone",
            {f"{RATING}.weight": 1.0, f"{RATING}.item_filter": 0.0, f"{RATING}.user_filter": 0.0},
        ),
        Change("filters alone", {f"{RATING}.weight": 0.0}),
        Change("without the item filter", {f"{RATING}.item_filter": 0.0}),
        Change("without the user filter", {f"{RATING}.user_filter": 0.0}),
        Change("0 layers: no graph in the network", {"runs.movielens-mse.layers": 0}),
        Change("1 layer", {"runs.movielens-mse.layers": 1}),
        Change("without side features in the network", {}, features=False),
        Change("without dropout", {f"{RATING}.dropout": 0.0}),
        Change("without edge dropout", {f"{RATING}.edge_dropout": 0.0}),
        Change("width 32 for 96", {f"{RATING}.embedding_dim": 32}),
        Change("without weight averaging", {"train.ema_decay": 0.0}),
        Change("constant learning rate", {"train.end_factor": 1.0}),
        Change("predicted ratings carry messages", {"train.mask_supervision": False}),
    ],
    "movielens-base": [
        Change("network alone for watched", {f"{RANKING}.weight": 1.0}),
        Change("filter alone for watched", {f"{RANKING}.weight": 0.0}),
        Change("without liked", {"hyperparameters.explicit.ngcf_final.liked.slope": 0.0}),
        Change("one negative a positive: BPR", {"hyperparameters.explicit.num_negatives": 0}),
        Change("without id embeddings", {f"{RANKING}.id_embedding": False}),
        Change("without item biases", {f"{RANKING}.item_bias": False}),
        Change("without edge dropout", {f"{RANKING}.edge_dropout": 0.0}),
        Change("without side features in the network", {}, features=False),
        Change("without weight averaging", {"train.ema_decay": 0.0}),
        Change("0 layers: no graph in the networks", {"runs.movielens-base.layers": 0}),
        Change("1 layer", {"runs.movielens-base.layers": 1}),
    ],
    "imdb-base": [
        Change("network alone", {f"{CREDITS}.weight": 1.0}),
        Change("filter alone", {f"{CREDITS}.weight": 0.0}),
        Change(
            "filter without co-actors and actors of directors",
            {f"{IMPLICIT}.weights.co_users": 0.0, f"{IMPLICIT}.weights.category_users": 0.0},
        ),
        Change(
            "filter without keywords of related movies",
            {f"{IMPLICIT}.category_smoothing": 0.0, f"{IMPLICIT}.co_user_smoothing": 0.0},
        ),
        Change("0 layers: no graph in the network", {"runs.imdb-base.layers": 0}),
        Change("1 layer", {"runs.imdb-base.layers": 1}),
        Change("one negative a positive: BPR", {"hyperparameters.attributes.num_negatives": 0}),
        Change("without feature dropout", {f"{CREDITS}.feature_dropout": 0.0}),
        Change("with id embeddings", {f"{CREDITS}.id_embedding": True}),
        Change("predicted credits carry messages", {"train.mask_supervision": False}),
        Change("without weight averaging", {"train.ema_decay": 0.0}),
    ],
}
