"""From parameters and data to a model: where settings become plain arguments."""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from graphrec.config.models import HyperParams, RankingParams, RatingParams
from graphrec.config.training import RunParams
from graphrec.data.dataset import Dataset, Entities
from graphrec.data.features import encode, mean_of_others
from graphrec.data.interactions import Mask
from graphrec.filters.fit import Filters
from graphrec.filters.spectral import singular_vectors
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.sparse import from_scipy
from graphrec.models import NGCF, LightGCN, NGCF_Final, RankingNetwork, RatingNetwork, Recommender
from graphrec.models.ranking_network import INITIAL_DEVIATION


def build_model(
    run: RunParams,
    settings: HyperParams,
    data: Dataset,
    graph: BipartiteGraph,
    filters: Filters | None,
    start: bool = True,
) -> Recommender:
    """The untrained model of a run; its initial weights come from torch's global generator.

    `graph` is that whose messages it will see, `filters` are those fitted on the same interactions;
    only NGCF_Final has them. Without `start` node embeddings are no more than memory, to be filled
    with trained ones.
    """
    if run.model == "ngcf_final":
        if filters is None:
            raise ValueError("expected the filters of the data set for NGCF_Final, got none")
        return build_ngcf_final(run, settings, data, graph, filters, start)
    size = (data.num_users, data.num_items)
    offset = float(data.train.rating.mean()) if data.explicit else None
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
    start: bool = True,
) -> NGCF_Final:
    """A rating network for explicit ratings; a ranking network unless the MSE of them is all."""
    options = settings.ngcf_final
    rating, ranking = None, None
    if data.explicit:
        assert options.rating is not None  # params are checked for it
        rating = build_rating(run, options.rating, data, graph.num_relations)
    if rating is None or run.risk == "total":
        ranking = build_ranking(run, options.ranking, data, start)
    return NGCF_Final(rating, ranking, filters, options.network, options.liked)


def build_rating(
    run: RunParams, options: RatingParams, data: Dataset, num_relations: int
) -> RatingNetwork:
    users, items = seen_by(options, data)
    return RatingNetwork(
        with_transpose(encode(users)),
        with_transpose(encode(items)),
        num_relations=num_relations,
        embedding_dim=options.embedding_dim,
        layers=run.layers,
        hidden_channels=options.hidden_channels,
        dropout=options.dropout,
        edge_dropout=options.edge_dropout,
        weight_decay=options.weight_decay,
        mean=float(data.train.rating.mean()),
    )


def build_ranking(
    run: RunParams, options: RankingParams, data: Dataset, start: bool = True
) -> RankingNetwork:
    users, items = seen_by(options, data)
    features = sp.block_diag([encode(users), encode(items)], "csr")
    popularity = np.bincount(data.train.item, minlength=data.num_items).astype(np.float32)
    groups = [mean_of_others(entities) for entities in (data.users, data.items)]
    alike = sp.csr_array(sp.block_diag(groups, "csr"))
    own = None
    # Without side information there is nothing else to tell nodes apart by.
    if options.id_embedding or features.shape[1] == 0:
        embed = spectral_embedding if options.spectral_start else random_embedding
        own = (embed if start else empty_embedding)(data, options.embedding_dim)
        if features.shape[1]:
            # What is known of them speaks for nodes without interactions, undisturbed.
            own[~active_nodes(data)] = 0
    return RankingNetwork(
        with_transpose(sp.csr_array(features)),
        with_transpose(alike) if options.same_category and alike.nnz else None,
        data.num_users,
        embedding_dim=options.embedding_dim,
        layers=run.layers,
        feature_dropout=options.feature_dropout,
        edge_dropout=options.edge_dropout,
        weight_decay=options.weight_decay,
        id_embedding=own,
        popularity=torch.from_numpy(popularity) if options.item_bias else None,
        logit_scale=options.logit_scale,
    )


def random_embedding(data: Dataset, embedding_dim: int) -> Tensor:
    """(nodes, embedding_dim), users then items."""
    return torch.randn(data.num_users + data.num_items, embedding_dim) * INITIAL_DEVIATION


def empty_embedding(data: Dataset, embedding_dim: int) -> Tensor:
    """(nodes, embedding_dim) of any values."""
    return torch.empty(data.num_users + data.num_items, embedding_dim)


def spectral_embedding(data: Dataset, embedding_dim: int) -> Tensor:
    """(nodes, embedding_dim): the leading singular vectors of the interactions, users then items.

    A spectral embedding: training starts at what a low-pass filter knows. Columns beyond their
    number, and nodes without interactions, are random.
    """
    seed = int(torch.randint(2**31, ()))
    user_items = data.train.matrix(data.num_users, data.num_items)
    users, items = singular_vectors(user_items, embedding_dim, seed)
    vectors = torch.from_numpy(np.concatenate([users, items.T]))
    embedding = random_embedding(data, embedding_dim)
    # Rounding leaves the vectors of the others not quite at zero.
    known = active_nodes(data)
    scale = INITIAL_DEVIATION / vectors[known].std()
    embedding[known, : vectors.shape[1]] = vectors[known] * scale
    return embedding


def active_nodes(data: Dataset) -> Mask:
    """(nodes,) which have training interactions, users then items."""
    train, active = data.train, np.zeros(data.num_users + data.num_items, bool)
    active[train.user] = active[data.num_users + train.item] = True
    return active


def seen_by(options: RatingParams | RankingParams, data: Dataset) -> tuple[Entities, Entities]:
    """Users and items as a network sees them."""
    sides = data.users, data.items
    users, items = sides if options.features else (replace(side, features={}) for side in sides)
    return users, items


def with_transpose(matrix: sp.csr_array) -> tuple[Tensor, Tensor]:
    """For torch, with its transpose."""
    return from_scipy(matrix), from_scipy(sp.csr_array(matrix.T))
