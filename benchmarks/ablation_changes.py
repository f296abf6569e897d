"""The changes of the ablation: for each run, what is taken out of it or set otherwise."""

from typing import Any, NamedTuple

from graphrec.config.params import Params
from graphrec.config.training import RunParams
from graphrec.data.dataset import Dataset
from graphrec.filters.ranking import suitable

EXPLICIT = "hyperparameters.explicit"
CREDITS = "hyperparameters.attributes"
RATING, RANKING = f"{EXPLICIT}.ngcf_final.rating", f"{EXPLICIT}.ngcf_final.ranking"
OF_CREDITS = f"{CREDITS}.ngcf_final.ranking"
KINDS, FILTER = "filters.ranking.kinds", "filters.rating"
PRIORS = (f"{FILTER}.item_prior", f"{FILTER}.user_prior")


class Change(NamedTuple):
    """Other values for some parameters."""

    label: str
    values: dict[str, Any]
    """By dotted key of params.yaml."""
    without: tuple[str, ...] = ()
    """Blocks of side information that nothing sees."""


def layers(name: str, *numbers: int) -> list[Change]:
    """Other depths of a run; 0 is no graph in networks and priors."""
    labels = {0: "0 layers: no graph", 1: "1 layer"}
    return [
        Change(labels.get(number, f"{number} layers"), {f"runs.{name}.layers": number})
        for number in numbers
    ]


def filters_alone(settings: str) -> Change:
    """Networks that weigh nothing need no training."""
    return Change("filters alone", {f"{settings}.ngcf_final.network": False, "train.epochs": 1})


WHOLE = Change("as it is", {})
NETWORK_ALONE = Change("network alone", {FILTER: None, KINDS: []})
TRAINING = [
    Change("without weight averaging", {"train.ema_decay": 0.0}),
    Change("predicted interactions carry messages", {"train.mask_supervision": False}),
]

MEASURES = {"movielens-mse": "rmse", "movielens-base": "ndcg_at_10", "imdb-base": "ndcg_at_10"}
"""For each run the measure that tells."""

CHANGES: dict[str, list[Change]] = {
    "movielens-mse": [
        NETWORK_ALONE,
        filters_alone(EXPLICIT),
        *layers("movielens-mse", 0, 1, 3),
        Change("prior without graph", {f"{prior}.graph": 0.0 for prior in PRIORS}),
        *(
            Change(f"filter without the {term} term", {f"{FILTER}.scales.{term}": 0.0})
            for term in ("item", "user", "product")
        ),
        Change(
            "filter without features",
            {f"{prior}.{key}": 0.0 for prior in PRIORS for key in ("values", "numeric")},
        ),
        Change("network without features", {f"{RATING}.features": False}),
        Change("without dropout", {f"{RATING}.dropout": 0.0}),
        Change("without edge dropout", {f"{RATING}.edge_dropout": 0.0}),
        *TRAINING,
    ],
    "movielens-base": [
        NETWORK_ALONE,
        Change("network alone for watched", {KINDS: []}),
        filters_alone(EXPLICIT),
        Change("without liked", {f"{EXPLICIT}.ngcf_final.liked": False}),
        *layers("movielens-base", 0, 1, 3),
        Change("without id embeddings", {f"{RANKING}.id_embedding": False}),
        Change("embeddings start at random", {f"{RANKING}.spectral_start": False}),
        Change("without features", {f"{RANKING}.features": False}),
        Change("without item biases", {f"{RANKING}.item_bias": False}),
        Change("without edge dropout", {f"{RANKING}.edge_dropout": 0.0}),
        Change("one negative a positive: BPR", {f"{EXPLICIT}.num_negatives": 0}),
        *TRAINING,
    ],
    "imdb-base": [
        NETWORK_ALONE,
        filters_alone(CREDITS),
        Change("without co_occurrence", {KINDS: ["content"]}),
        Change("without content", {KINDS: ["co_occurrence"]}),
        Change("without keywords anywhere", {}, without=("keywords",)),
        Change("without directors anywhere", {}, without=("director",)),
        Change("without genres anywhere", {}, without=("genre",)),
        *layers("imdb-base", 0, 1, 3),
        Change("without messages between movies", {f"{OF_CREDITS}.same_category": False}),
        Change("network without features", {f"{OF_CREDITS}.features": False}),
        Change("without feature dropout", {f"{OF_CREDITS}.feature_dropout": 0.0}),
        Change("with id embeddings", {f"{OF_CREDITS}.id_embedding": True}),
        Change("one negative a positive: BPR", {f"{CREDITS}.num_negatives": 0}),
        *TRAINING,
    ],
}
"""Of the project's own runs; others have those of `general_changes`."""


def general_changes(name: str, params: Params, data: Dataset) -> list[Change]:
    """What can be taken out of any run of a data set."""
    run = params.runs[name]
    depths = layers(name, *(number for number in (0, 1) if number != run.layers))
    if run.model != "ngcf_final":
        return depths
    kinds = suitable(params.filters.ranking.kinds, data)
    each = [
        Change(f"without {left_out}", {KINDS: [kind for kind in kinds if kind != left_out]})
        for left_out in kinds
        if len(kinds) > 1
    ]
    alone = [NETWORK_ALONE, filters_alone(f"hyperparameters.{run.hyperparameters}")]
    return [*alone, *each, *depths]


def measure_of(name: str, run: RunParams, params: Params) -> str:
    """The measure that tells of a run."""
    if name in MEASURES:
        return MEASURES[name]
    explicit = params.datasets[run.dataset].ratings is not None
    ranked = f"ndcg_at_{max(params.evaluate.k)}"
    return "rmse" if explicit and run.risk == "mse" else ranked
