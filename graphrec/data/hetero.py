"""A data set as PyG's HeteroData, for models of one's own."""

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor
from torch_geometric.data import HeteroData
from torch_geometric.data.storage import EdgeStorage

from graphrec.data.dataset import Dataset, Entities
from graphrec.data.interactions import HeldOut, Interactions


def to_hetero(
    data: Dataset, test: HeldOut | None = None, feature_nodes: bool = False
) -> HeteroData:
    """Users, items and interactions; messages pass over training interactions alone.

    Node types and the relation bear the data set's own names, `("actor", "credit", "movie")` for
    instance; below they are user, rating and item. A node type has `num_nodes` and, where there are
    features, `x` (nodes, columns): all blocks side by side as they are, 0 where nothing is known.
    With `feature_nodes` blocks that are not numeric become node types instead,
    `item_genre` for instance, with an edge `("item", "has", "item_genre")` for each entry, and
    `rev_has`. What nodes are called, and columns of `x`, is with the whole, since loaders take
    numbers apart alone: `ids`, `titles` and `columns`, each a dict by node type.

    The edge type `(user, rating, item)` has of the training interactions `edge_index` (2, edges),
    `rating` and `time` (edges,), and so has `(item, rev_rating, user)`. Where interactions are held
    out, the first also has the supervision edges, n in all, as RandomLinkSplit names them (which
    may split a data set that has none): `edge_label_index` (2, n) with `edge_label` (n,), the
    ratings, of training, validation and test, in this order; `train_mask`, `val_mask` and
    `test_mask` (n,) say which are which. An item that the user has not had stands beside each
    held-out one: `neg_edge_label_index` (2, n - edges).
    """
    about, train = data.about, data.train
    user_type, item_type, relation = about.user_name, about.item_name, about.interaction_name
    hetero = HeteroData()
    hetero.ids, hetero.titles, hetero.columns = {}, {}, {}
    for node_type, entities in ((user_type, data.users), (item_type, data.items)):
        _add_nodes(hetero, node_type, entities, feature_nodes)
    edge_index = _edge_index(train.user, train.item)
    rating, time = torch.as_tensor(train.rating), torch.as_tensor(train.timestamp)
    for edge_type, index in (
        ((user_type, relation, item_type), edge_index),
        ((item_type, f"rev_{relation}", user_type), edge_index.flip(0)),
    ):
        hetero[edge_type].edge_index, hetero[edge_type].rating = index, rating
        hetero[edge_type].time = time
    held_out = {"val": data.valid, "test": test}
    if any(held_out.values()):  # an empty part is none
        _add_labels(hetero[user_type, relation, item_type], train, held_out)
    return hetero


def _edge_index(source: np.ndarray, target: np.ndarray) -> Tensor:
    return torch.from_numpy(np.stack([source, target]))


def _add_labels(
    store: EdgeStorage, train: Interactions, held_out: dict[str, HeldOut | None]
) -> None:
    nothing = HeldOut(train[np.arange(0)], train.item[:0])
    held = {name: split or nothing for name, split in held_out.items()}
    splits = {"train": train} | {name: split.interactions for name, split in held.items()}
    labels = Interactions.concatenate([*splits.values()])
    store.edge_label_index = _edge_index(labels.user, labels.item)
    store.edge_label = torch.as_tensor(labels.rating)
    lengths = torch.tensor([len(split) for split in splits.values()])
    number_of = torch.arange(len(splits)).repeat_interleave(lengths)
    for number, name in enumerate(splits):
        store[f"{name}_mask"] = number_of == number
    negative = np.concatenate([split.negative for split in held.values()])
    store.neg_edge_label_index = _edge_index(labels.user[len(train) :], negative)


def _add_nodes(data: HeteroData, node_type: str, entities: Entities, feature_nodes: bool) -> None:
    store = data[node_type]
    store.num_nodes = len(entities)
    data.ids[node_type], data.titles[node_type] = entities.ids, entities.titles
    columns = {}
    for name, block in entities.features.items():
        if not feature_nodes or block.kind == "numeric":
            columns[name] = block
            continue
        value_type = f"{node_type}_{name}"
        data[value_type].num_nodes, data.ids[value_type] = len(block.columns), block.columns
        matrix = sp.coo_array(block.matrix)
        edge_index = _edge_index(*(index.astype(np.int64) for index in matrix.coords))
        for edge_type, index in (
            ((node_type, "has", value_type), edge_index),
            ((value_type, "rev_has", node_type), edge_index.flip(0)),
        ):
            data[edge_type].edge_index = index
            data[edge_type].edge_weight = torch.from_numpy(matrix.data.astype(np.float32))
    if columns:
        x = sp.hstack([block.matrix for block in columns.values()])
        store.x = torch.from_numpy(x.toarray().astype(np.float32))
        data.columns[node_type] = [
            f"{name}: {column}" for name, block in columns.items() for column in block.columns
        ]
