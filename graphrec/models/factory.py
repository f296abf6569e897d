"""From parameters and data to a model: where settings become plain arguments."""

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec.config.models import HyperParams, RankingParams, RatingParams
from graphrec.config.training import RunParams
from graphrec.data.dataset import Dataset, Entities
from graphrec.data.features import encode
from graphrec.filters.fit import Filters
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.sparse import from_scipy
from graphrec.models import NGCF, LightGCN, NGCF_Final, RankingNetwork, RatingNetwork, Recommender


def build_model(
    run: RunParams,
    settings: HyperParams,
    data: Dataset,
    graph: BipartiteGraph,
    filters: Filters,
) -> Recommender:
    """The untrained model of a run; its initial weights come from torch's global generator.

    `graph` is that whose messages it will see, `filters` are those that the filter stage has fitted
    for the data set; only NGCF_Final has them.
    """
    if run.model == "ngcf_final":
        return build_ngcf_final(run, settings, data, graph, filters)
    size = (data.num_users, data.num_items)
    # The mean label: of ratings, or of events and as many negatives.
    offset = float(data.train.rating.mean()) if data.explicit else 0.5
    if run.model == "lightgcn":
        plain = settings.lightgcn
        return LightGCN(*size, plain.embedding_dim, run.layers, plain.weight_decay, offset)
    options = settings.ngcf
    return NGCF(
        *size,
        options.embedding_dim,
        run.layers,
        options.message_dropout,
        options.node_dropout,
        options.weight_decay,
        offset,
    )


def build_ngcf_final(
    run: RunParams,
    settings: HyperParams,
    data: Dataset,
    graph: BipartiteGraph,
    filters: Filters,
) -> NGCF_Final:
    """A rating network for explicit ratings; a ranking network unless the MSE of them is all."""
    options = settings.ngcf_final
    rating, ranking = None, None
    if data.explicit:
        assert options.rating is not None  # params are checked for it
        rating = build_rating(run, options.rating, data, graph.num_relations)
    if rating is None or run.risk == "total":
        ranking = build_ranking(run, options.ranking, data)
    return NGCF_Final(
        rating,
        ranking,
        rating_weight=options.rating.weight if options.rating and filters else 1.0,
        rating_filter=_rating_filter(options.rating, filters),
        ranking_weight=options.ranking.weight if filters else 1.0,
        ranking_filter=_ranking_filter(options.ranking, filters) if ranking else None,
        liked_slope=options.liked.slope if options.liked else 0.0,
        liked_centre=options.liked.centre if options.liked else 0.0,
    )


def _rating_filter(options: RatingParams | None, filters: Filters) -> Tensor | None:
    if options is None or "base" not in filters:
        return None
    base = filters["base"]
    return torch.from_numpy(
        (1 - options.weight) * base
        + options.item_filter * (filters["item"] - base)
        + options.user_filter * (filters["user"] - base)
    )


def _ranking_filter(options: RankingParams, filters: Filters) -> Tensor | None:
    if "ranking" not in filters:
        return None
    return torch.from_numpy((1 - options.weight) * filters["ranking"])


def build_rating(
    run: RunParams, options: RatingParams, data: Dataset, num_relations: int
) -> RatingNetwork:
    return RatingNetwork(
        features_of(data.users),
        features_of(data.items),
        num_relations=num_relations,
        embedding_dim=options.embedding_dim,
        layers=run.layers,
        hidden_channels=options.hidden_channels,
        dropout=options.dropout,
        edge_dropout=options.edge_dropout,
        weight_decay=options.weight_decay,
        mean=float(data.train.rating.mean()),
    )


def build_ranking(run: RunParams, options: RankingParams, data: Dataset) -> RankingNetwork:
    features = sp.block_diag([encode(data.users), encode(data.items)], "csr")
    popularity = np.bincount(data.train.item, minlength=data.num_items).astype(np.float32)
    return RankingNetwork(
        with_transpose(sp.csr_array(features)),
        data.num_users,
        embedding_dim=options.embedding_dim,
        layers=run.layers,
        dropout=options.dropout,
        feature_dropout=options.feature_dropout,
        edge_dropout=options.edge_dropout,
        weight_decay=options.weight_decay,
        # Without side information there is nothing else to tell nodes apart by.
        id_embedding=options.id_embedding or features.shape[1] == 0,
        popularity=torch.from_numpy(popularity) if options.item_bias else None,
        logit_scale=options.logit_scale,
    )


def features_of(entities: Entities) -> tuple[Tensor, Tensor]:
    """Encoded side information (entities, columns) as CSR, and its transpose."""
    return with_transpose(encode(entities))


def with_transpose(matrix: sp.csr_array) -> tuple[Tensor, Tensor]:
    return from_scipy(matrix), from_scipy(sp.csr_array(matrix.T))
