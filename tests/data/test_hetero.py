"""A data set as HeteroData: what it holds, what it keeps out of the messages, and PyG on it."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from torch_geometric.loader import LinkNeighborLoader
from torch_geometric.nn import HeteroConv, SAGEConv
from torch_geometric.nn import to_hetero as convert
from torch_geometric.transforms import RandomLinkSplit

from graphrec.data.dataset import Dataset, FeatureBlock
from graphrec.data.hetero import to_hetero
from graphrec.data.interactions import HeldOut, Interactions
from tests.datasets import dataset, entities, interactions

RATES, REVERSE = ("user", "interaction", "item"), ("item", "rev_interaction", "user")


def timed(pairs: list[tuple[int, int]]) -> Interactions:
    user, item = zip(*pairs, strict=True)
    number = np.arange(len(pairs))
    return replace(interactions(user, item, number % 5 + 0.5), timestamp=100 + number)


TRAIN = timed([(0, 0), (0, 1), (1, 2), (2, 0), (2, 3), (3, 1)])
VALID = HeldOut(timed([(1, 0), (3, 2)]), np.array([3, 3]))
TEST = HeldOut(timed([(0, 2)]), np.array([3]))


def block(kind, rows: list[list[float]], columns: list[str]) -> FeatureBlock:
    return FeatureBlock(kind, sp.csr_array(np.array(rows, np.float32)), np.array(columns))


USERS = entities("u", 4, age=block("numeric", [[20], [0], [40], [31]], ["years"]))
GENRES = block("multi_valued", [[1, 0], [1, 1], [0, 0], [0, 1]], ["drama", "comedy"])
YEARS = block("numeric", [[1990], [1991], [1992], [1993]], ["year"])
ITEMS = entities("i", 4, genre=GENRES, year=YEARS)


def whole(valid: HeldOut | None = None) -> Dataset:
    data = replace(dataset(4, 4, TRAIN), users=USERS, items=ITEMS)
    return data if valid is None else replace(data, valid=valid)


@pytest.fixture(params=[False, True], ids=["columns", "feature nodes"])
def data(request):
    return to_hetero(whole(VALID), TEST, feature_nodes=request.param)


def test_it_is_valid_and_undirected(data):
    assert data.validate()
    assert data.is_undirected()
    assert data.num_nodes_dict["user"] == data.num_nodes_dict["item"] == 4


def test_messages_pass_over_training_interactions_alone(data):
    assert data[RATES].edge_index.tolist() == [TRAIN.user.tolist(), TRAIN.item.tolist()]
    assert data[REVERSE].edge_index.tolist() == [TRAIN.item.tolist(), TRAIN.user.tolist()]
    for edge_type in (RATES, REVERSE):
        assert data[edge_type].rating.tolist() == TRAIN.rating.tolist()
        assert data[edge_type].time.tolist() == TRAIN.timestamp.tolist()


def test_labels_are_all_known_interactions_and_the_masks_split_them(data):
    store = data[RATES]
    masks = torch.stack([store.train_mask, store.val_mask, store.test_mask])
    assert (masks.sum(dim=0) == 1).all()
    for mask, part in zip(masks, (TRAIN, VALID.interactions, TEST.interactions), strict=True):
        assert store.edge_label_index[:, mask].tolist() == [part.user.tolist(), part.item.tolist()]
        assert store.edge_label[mask].tolist() == part.rating.tolist()
    assert store.neg_edge_label_index.tolist() == [[1, 3, 0], [3, 3, 3]]


def test_one_held_out_part_leaves_the_other_mask_empty():
    store = to_hetero(whole(), TEST)[RATES]
    assert not store.val_mask.any()
    assert store.test_mask.sum() == len(TEST)


def test_features_are_columns(data):
    assert data["user"].x.tolist() == [[20], [0], [40], [31]]
    assert data.ids["item"].tolist() == ITEMS.ids.tolist()
    assert data.titles["item"].tolist() == ITEMS.titles.tolist()
    untouched = to_hetero(whole())
    assert untouched["item"].x[1].tolist() == [1, 1, 1991]
    assert untouched.columns["item"] == ["genre: drama", "genre: comedy", "year: year"]


def test_features_are_nodes():
    data = to_hetero(whole(), feature_nodes=True)
    assert data.ids["item_genre"].tolist() == ["drama", "comedy"]
    assert data["item", "has", "item_genre"].edge_index.tolist() == [[0, 1, 1, 3], [0, 0, 1, 1]]
    assert data["item"].x.tolist() == [[1990], [1991], [1992], [1993]]


def test_names_and_entities_without_features():
    names = {"user_name": "actor", "item_name": "movie", "interaction_name": "credit"}
    bare = dataset(4, 4, TRAIN)
    data = to_hetero(replace(bare, about=bare.about.model_copy(update=names)))
    assert data.edge_types == [("actor", "credit", "movie"), ("movie", "rev_credit", "actor")]
    assert "x" not in data["actor"]
    assert data.validate()


def test_random_link_split_takes_it():
    data = to_hetero(whole())
    split = RandomLinkSplit(
        num_val=1, num_test=1, edge_types=[RATES], rev_edge_types=[REVERSE], neg_sampling_ratio=0
    )
    train, valid, _ = split(data)
    assert train[RATES].edge_index.shape[1] == 4
    assert len(valid[RATES].edge_label) == 1


def test_a_model_of_pyg_trains_a_step():
    data = to_hetero(whole(VALID), TEST)
    conv = HeteroConv({edge_type: SAGEConv((-1, -1), 8) for edge_type in data.edge_types})
    user, item = data[RATES].edge_label_index[:, data[RATES].train_mask]
    out = conv(data.x_dict, data.edge_index_dict)
    optimizer = torch.optim.SGD(conv.parameters(), 1e-9)
    scores = (out["user"][user] * out["item"][item]).sum(dim=1)
    (scores - data[RATES].edge_label[data[RATES].train_mask]).square().mean().backward()
    optimizer.step()
    assert all(parameter.grad is not None for parameter in conv.parameters())


def test_a_homogeneous_model_converts():
    data = to_hetero(whole(VALID), TEST)

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = SAGEConv((-1, -1), 8)

        def forward(self, x, edge_index):
            return self.conv(x, edge_index).relu()

    out = convert(Encoder(), data.metadata())(data.x_dict, data.edge_index_dict)
    assert out["item"].shape == (4, 8)


def test_the_loader_brings_ids_and_labels_along(data):
    mask = data[RATES].val_mask
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Using 'NeighborSampler' without a 'pyg-lib'")
        loader = LinkNeighborLoader(
            data,
            num_neighbors=[4],
            edge_label_index=(RATES, data[RATES].edge_label_index[:, mask]),
            edge_label=data[RATES].edge_label[mask],
            batch_size=2,
        )
    (batch,) = loader
    assert batch[RATES].edge_label.tolist() == VALID.interactions.rating.tolist()
    user, _ = batch[RATES].edge_label_index
    assert batch["user"].n_id[user].tolist() == VALID.interactions.user.tolist()
    assert batch.ids["user"][batch["user"].n_id[user]].tolist() == ["u 1", "u 3"]
