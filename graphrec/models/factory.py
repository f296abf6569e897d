"""From parameters and data to a model: where settings become plain arguments."""

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec.config.models import RankingParams
from graphrec.config.sections import IMDBParams, MovieLensParams, Params, RunParams
from graphrec.data.interactions import Features, FloatArray, TrainingData
from graphrec.filters import similarity as filters
from graphrec.graph.sparse import from_scipy
from graphrec.models import NGCF, LightGCN, NGCF_Final, RankingNetwork, RatingNetwork, Recommender

Filters = dict[str, FloatArray]


def build_model(run: RunParams, params: Params, data: TrainingData, fitted: Filters) -> Recommender:
    """The untrained model of a run; its initial weights come from torch's global generator."""
    if run.model in ("ngcf", "lightgcn"):
        return build_plain(run, params, data)
    if run.dataset == "movielens":
        return build_movielens(run, params.movielens, data, fitted)
    return build_imdb(run, params.imdb, data, fitted)


def build_plain(run: RunParams, params: Params, data: TrainingData) -> NGCF | LightGCN:
    """A published model as it is: no side features, no filters."""
    section = params.of(run.dataset)
    # The mean target: ratings, or credits and as many non-credits.
    offset = float(data.train.rating.mean()) if run.dataset == "movielens" else 0.5
    if run.model == "lightgcn":
        return LightGCN(
            data.num_users,
            data.num_items,
            section.lightgcn.dim,
            run.layers,
            section.lightgcn.weight_decay,
            offset,
        )
    options = section.ngcf
    return NGCF(
        data.num_users,
        data.num_items,
        options.dim,
        run.layers,
        options.message_dropout,
        options.node_dropout,
        options.weight_decay,
        offset,
    )


def build_movielens(
    run: RunParams, section: MovieLensParams, data: TrainingData, fitted: Filters
) -> NGCF_Final:
    """A rating network and, where the log error is part of the risk, a ranking network."""
    options = section.ngcf_final
    rating = RatingNetwork(
        dense(data.user_features),
        dense(data.item_features),
        levels=5,
        dim=options.rating.dim,
        layers=run.layers,
        hidden_channels=options.rating.hidden_channels,
        dropout=options.rating.dropout,
        edge_dropout=options.rating.edge_dropout,
        weight_decay=options.rating.weight_decay,
        mean=float(data.train.rating.mean()),
    )
    features = sp.block_diag([stacked(data.user_features), stacked(data.item_features)], "csr")
    ranking = build_ranking(run, options.ranking, features, data) if run.risk == "total" else None
    base = fitted["base"]
    rating_filter = (
        (1 - options.rating.weight) * base
        + options.rating.item_filter * (fitted["item"] - base)
        + options.rating.user_filter * (fitted["user"] - base)
    )
    return NGCF_Final(
        rating,
        ranking,
        rating_weight=options.rating.weight,
        rating_filter=torch.from_numpy(rating_filter),
        ranking_weight=options.ranking.weight,
        ranking_filter=None
        if ranking is None
        else torch.from_numpy((1 - options.ranking.weight) * fitted["watched"]),
        liked_slope=options.liked.slope,
        liked_centre=options.liked.centre,
    )


def build_imdb(
    run: RunParams, section: IMDBParams, data: TrainingData, fitted: Filters
) -> NGCF_Final:
    """One network for both errors: the target is whether there is a credit at all."""
    options = section.ngcf_final
    return NGCF_Final(
        None,
        build_ranking(run, options.ranking, imdb_features(data), data),
        ranking_weight=options.ranking.weight,
        ranking_filter=torch.from_numpy((1 - options.ranking.weight) * fitted["structure"]),
    )


def imdb_features(data: TrainingData) -> sp.csr_array:
    """(nodes, columns): a movie's keywords, those of its director's movies, and its director.

    Actors have none: the mean over their training movies would hold the credit being predicted.
    """
    director = data.item_features["director"]
    keywords = filters.tf_idf(data.item_features["keywords"])
    of_director = filters.mean_rows(sp.csr_array(director @ director.T)) @ keywords
    movies = sp.hstack([filters.unit_rows(sp.csr_array(keywords + of_director)), director])
    return sp.csr_array(sp.vstack([sp.csr_array((data.num_users, movies.shape[1])), movies]))


def build_ranking(
    run: RunParams, options: RankingParams, features: sp.csr_array, data: TrainingData
) -> RankingNetwork:
    popularity = np.bincount(data.train.item, minlength=data.num_items).astype(np.float32)
    return RankingNetwork(
        (from_scipy(sp.csr_array(features)), from_scipy(sp.csr_array(features.T))),
        data.num_users,
        dim=options.dim,
        layers=run.layers,
        dropout=options.dropout,
        feature_dropout=options.feature_dropout,
        edge_dropout=options.edge_dropout,
        weight_decay=options.weight_decay,
        free=options.free,
        popularity=torch.from_numpy(popularity) if options.popularity else None,
        logit_scale=options.logit_scale,
    )


def stacked(features: Features) -> sp.csr_array:
    """All blocks side by side, each column scaled to a greatest size of 1: (nodes, columns)."""
    whole = sp.csr_array(sp.hstack([features[name] for name in sorted(features)]))
    greatest = abs(whole).max(axis=0).toarray().ravel()
    return sp.csr_array(whole @ sp.diags_array(1 / np.where(greatest > 0, greatest, 1)))


def dense(features: Features) -> Tensor:
    return torch.from_numpy(stacked(features).toarray().astype(np.float32))
