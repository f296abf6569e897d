"""How the networks and the filters of NGCF_Final go together, learned on validation."""

import numpy as np
import torch
from torch import Tensor

from graphrec.data.dataset import Dataset
from graphrec.evaluation.ranking import BLOCK, Seen, rank_held_out, rows_of
from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models import NGCF_Final
from graphrec.models.calibration import fit_platt
from graphrec.models.mixture import Scored, fit_log_linear, fit_share
from graphrec.models.ngcf_final import Nodes
from graphrec.training.validation import relevant_part

MOST_USERS, MOST_ITEMS = 2048, 4096
"""Held-out users, and items that theirs are set against, at most: a few weights need no more."""


@torch.no_grad()
def combine(model: NGCF_Final, graph: BipartiteGraph, data: Dataset, seed: int) -> None:
    """Set the weights of a trained model's parts by the validation part of `data`.

    First the share of the rating network, by the squared error; then the weights of rankings, by
    the likelihood of relevant interactions; of events at last what turns scores into chances.
    """
    model.eval()
    nodes = model(graph)
    if model.network and model.rating is not None and model.filters.rating is not None:
        model.share.copy_(_rating_share(model, nodes, data))
    if model.ranking is not None:
        weight, liked = fit_log_linear(*_scored(model, nodes, data, seed))
        model.weight.copy_(weight)
        model.liked.copy_(liked)
    if model.rating is None:
        model.calibration.copy_(_calibration(model, nodes, data))


def _rating_share(model: NGCF_Final, nodes: Nodes, data: Dataset) -> Tensor:
    pairs = data.valid.interactions
    user, item = torch.from_numpy(pairs.user), torch.from_numpy(pairs.item)
    network, filtered = model.ratings(nodes, user, item)
    assert filtered is not None  # or there would be nothing to share
    return fit_share(network, filtered, torch.from_numpy(pairs.rating))


def _scored(
    model: NGCF_Final, nodes: Nodes, data: Dataset, seed: int
) -> tuple[Scored, Tensor, Scored, Tensor, float]:
    """The arguments of `fit_log_linear`."""
    relevant = relevant_part(data, MOST_USERS)
    user, item = torch.from_numpy(relevant.user), torch.from_numpy(relevant.item)
    generator = torch.Generator().manual_seed(seed)
    others = torch.randperm(data.num_items, generator=generator)[:MOST_ITEMS].sort().values
    seen = Seen([data.train, data.valid.interactions], data.num_users)
    users = torch.unique(user)
    every, positive, excluded = [], [], []
    for block in users.split(BLOCK):
        scored, mine = model.parts(nodes, block), rows_of(block, user)
        every.append(scored.take(slice(None), others))
        positive.append(scored.take(torch.searchsorted(block, user[mine]), item[mine]))
        known = seen.mask(torch.zeros(len(block), data.num_items), block)
        excluded.append(torch.isinf(known[:, others]))
    scale = data.about.ratings
    return (
        Scored.join(every),
        torch.cat(excluded),
        Scored.join(positive),
        torch.searchsorted(users, user),
        scale.relevance_threshold if scale else 0.0,
    )


def _calibration(model: NGCF_Final, nodes: Nodes, data: Dataset) -> Tensor:
    """What turns the final scores of held-out events and of their negatives into chances."""
    held = data.valid
    nothing, no_ranks = (
        Seen([data.train[np.zeros(len(data.train), bool)]], data.num_users),
        np.zeros(len(held), bool),
    )
    ranked = rank_held_out(lambda user: model.score_items(nodes, user), held, no_ranks, nothing, 1)
    label = torch.cat([torch.ones_like(ranked.positive), torch.zeros_like(ranked.negative)])
    return fit_platt(torch.cat([ranked.positive, ranked.negative]), label)
