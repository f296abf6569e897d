"""What one of several processes has of a model: the rows of its own users, and all else."""

import copy
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor, nn

from graphrec.data.dataset import Dataset
from graphrec.data.features import small_categories
from graphrec.filters.fit import Filters
from graphrec.filters.ranking import RankingFilters
from graphrec.graph.group import ALONE, Group, sum_rows
from graphrec.graph.sparse import SparseBuffer, from_scipy, to_scipy
from graphrec.models import NGCF_Final, RankingNetwork, RatingNetwork, Recommender
from graphrec.models.factory import with_transpose
from graphrec.models.operators import propagate_with

NODE_DIMENSION = {
    "embedding.weight": 0,
    "rating.embedding": 1,
    "rating.bias": 0,
    "ranking.id_embedding": 0,
}
"""Parameters with something for each node, users first, and the dimension along which."""


def share_of_model(model: Recommender, users: range, data: Dataset) -> Recommender:
    """A model of `users` and all items alone, with the weights that they have in `model`.

    `data` is what `model` has been made for. The filters are left out: no network needs them to be
    trained. `join` has to tell it its group before it propagates.
    """
    own = _own(users, data.num_users, data.num_items)
    # What the copy shall have in place of the original's.
    replaced: dict[int, object] = {
        id(weight): nn.Parameter(weight.detach().index_select(NODE_DIMENSION[name], own))
        for name, weight in model.named_parameters()
        if name in NODE_DIMENSION
    }
    # torch cannot copy matrices in CSR; what stays the same need not be.
    replaced |= {id(buffer): buffer for buffer in model.buffers() if buffer.is_sparse_csr}
    if isinstance(model, NGCF_Final):
        none = SparseBuffer.of(sp.csr_array(np.empty((0, data.num_items), np.float32)))
        replaced[id(model.filters)] = Filters(None, RankingFilters(none, {}))
        for network in (model.rating, model.ranking):
            if network is not None:
                replaced |= _features(network, users, own, data)
    share = copy.deepcopy(model, replaced)
    if isinstance(share, NGCF_Final):
        share.network = True
        share.weight = torch.ones(1)
        for part in (share.rating, share.ranking):
            if part is not None:
                part.num_users = len(users)
    return share


def join(model: Recommender, group: Group) -> None:
    """Have a share propagate together with those of the other processes of `group`."""
    for module in model.modules():
        if isinstance(module, SharedMeans):
            module.group = group


def gather(model: Recommender, shares: Sequence[tuple[range, dict[str, Tensor]]]) -> None:
    """Set the weights of a whole model from those of all shares, by their users."""
    for name, weight in model.named_parameters():
        dimension = NODE_DIMENSION.get(name)
        first = shares[0][1][name]
        if dimension is None:
            weight.data.copy_(first)
            continue
        num_users = sum(len(users) for users, _ in shares)
        num_items = first.shape[dimension] - len(shares[0][0])
        for users, weights in shares:
            mine = weights[name].narrow(dimension, 0, len(users))
            weight.data.narrow(dimension, users.start, len(users)).copy_(mine)
        items = first.narrow(dimension, len(shares[0][0]), num_items)
        weight.data.narrow(dimension, num_users, num_items).copy_(items)


def _own(users: range, num_users: int, num_items: int) -> Tensor:
    """Numbers of the nodes that a process has."""
    items = torch.arange(num_users, num_users + num_items)
    return torch.cat([torch.arange(users.start, users.stop), items])


def _features(
    network: RatingNetwork | RankingNetwork, users: range, own: Tensor, data: Dataset
) -> dict[int, object]:
    """By what is taken in place of which of a network's matrices of side information."""
    if isinstance(network, RatingNetwork):
        side = network.user_side
        rows = to_scipy(side.features)[users.start : users.stop]
        pair = with_transpose(sp.csr_array(rows))
        return dict(zip((id(side.features), id(side.transpose)), pair, strict=True))
    features = network.features
    pair = with_transpose(sp.csr_array(to_scipy(features.matrix)[own.numpy()]))
    replaced: dict[int, object] = dict(
        zip((id(features.matrix), id(features.transpose)), pair, strict=True)
    )
    if network.alike is not None:
        matrix = to_scipy(network.alike.matrix)[data.num_users :, data.num_users :]
        categories = small_categories(data.users)
        replaced[id(network.alike)] = SharedMeans(categories, users, sp.csr_array(matrix))
    return replaced


class SharedMeans(nn.Module):
    """Means over the others of the same category, which several processes have.

    A user's, of `categories` (all users, categories) for those in `users`, is made of the sums of
    each category, exchanged; an item's is a product with `of_items` (items, items).
    """

    def __init__(self, categories: sp.csr_array, users: range, of_items: sp.csr_array) -> None:
        super().__init__()
        every = np.asarray(categories.sum(axis=0)).ravel()
        mine = sp.csr_array(categories[users.start : users.stop].astype(np.float32))
        itself = np.asarray(mine.power(2).sum(axis=1)).ravel()
        count = mine @ every - itself
        scale = 1 / np.where(count > 0, count, 1)
        self.group = ALONE
        for name, matrix in (("mine", mine), ("of_items", of_items)):
            self.register_buffer(name, from_scipy(matrix), persistent=False)
            self.register_buffer(f"{name}_t", from_scipy(sp.csr_array(matrix.T)), persistent=False)
        for name, column in (("itself", itself), ("scale", scale)):
            values = torch.from_numpy(column.astype(np.float32))[:, None]
            self.register_buffer(name, values, persistent=False)
        self.mine: Tensor
        self.mine_t: Tensor
        self.of_items: Tensor
        self.of_items_t: Tensor
        self.itself: Tensor
        self.scale: Tensor

    def product(self, x: Tensor) -> Tensor:
        """With x (users of this process and items, columns), which all have to call."""
        users, items = x.tensor_split([len(self.itself)])
        sums = sum_rows(propagate_with(self.mine_t, self.mine, users), self.group)
        others = propagate_with(self.mine, self.mine_t, sums) - self.itself * users
        alike = propagate_with(self.of_items, self.of_items_t, items)
        return torch.cat([self.scale * others, alike])
