"""Batches of the two data sets: what is predicted, and what it is set against."""

from dataclasses import replace

import pytest
import torch

from graphrec.data.batches import Batch
from graphrec.data.loaders import Batches, EventDataset, InteractionDataset, RatingDataset
from graphrec.data.readers.torch_datasets import (
    DATASETS,
    IMDBDataset,
    MovieLensDataset,
    torch_dataset,
)
from tests.datasets import dataset, interactions


@pytest.fixture
def train(data):
    return data.train


@pytest.fixture
def make(name, data):
    return lambda **options: DATASETS[name](data, torch.Generator().manual_seed(1), **options)


def whole(batches: list[Batch], field: str) -> torch.Tensor:
    return torch.cat([getattr(batch, field) for batch in batches])


def test_a_full_pass_is_every_interaction_once(make, train):
    batches = list(make().loader(64))
    rows = whole(batches, "e_id")
    assert rows.sort().values.tolist() == list(range(len(train)))
    assert whole(batches, "user").tolist() == train.user[rows].tolist()
    assert whole(batches, "item").tolist() == train.item[rows].tolist()
    assert all(len(batch.e_id) <= 64 for batch in batches)


def test_soft_sampling_draws_its_share_with_replacement(make, train):
    rows = whole(list(make().loader(64, soft_ratio=0.8)), "e_id")
    assert len(rows) == round(0.8 * len(train))
    distinct = len(torch.unique(rows)) / len(train)
    assert distinct == pytest.approx(0.55, abs=0.1)  # few rows, so a wide margin


def test_negatives_are_items_that_the_user_has_no_training_interaction_with(make, train):
    known = set(zip(train.user.tolist(), train.item.tolist(), strict=True))
    for batch in make().loader(64):
        drawn = set(zip(batch.user.tolist(), batch.negative.tolist(), strict=True))
        assert not drawn & known


def test_ratings_are_predicted_as_they_are(movielens):
    ratings = MovieLensDataset(movielens.data, torch.Generator())
    batch = ratings[torch.tensor([5, 2, 5])]
    assert batch.edge_label.tolist() == movielens.data.train.rating[[5, 2, 5]].tolist()


def test_credits_stand_beside_as_many_non_credits_of_the_same_actors(imdb):
    credits = IMDBDataset(imdb.data, torch.Generator())
    batch = credits[torch.tensor([5, 2, 7])]
    assert batch.edge_label.tolist() == [1, 1, 1, 0, 0, 0]


def test_shared_negatives_are_distinct_items_and_know_the_training_interactions(make, train):
    known = set(zip(train.user.tolist(), train.item.tolist(), strict=True))
    for batch in make(num_negatives=20).loader(64):
        shared = batch.shared_negatives
        assert torch.equal(shared.user[shared.inverse], batch.user)
        assert len(torch.unique(shared.item)) == len(shared.item) == 20
        for row, user in enumerate(shared.user.tolist()):
            pairs = [(user, item) for item in shared.item.tolist()]
            assert shared.is_interaction[row].tolist() == [pair in known for pair in pairs]


def test_without_shared_negatives_there_are_none_and_never_more_than_items(make):
    assert make()[torch.tensor([0])].shared_negatives is None
    assert len(make(num_negatives=10**6)[torch.tensor([0])].shared_negatives.item) == 60


@pytest.mark.parametrize("soft_ratio", [None, 0.8])
def test_epochs_differ_and_a_loader_knows_its_length(make, train, soft_ratio):
    loader = make().loader(64, soft_ratio)
    first, second = (list(loader) for _ in range(2))
    assert len(loader) == len(first) == len(second)
    assert whole(first, "e_id").tolist() != whole(second, "e_id").tolist()


def test_look_ups_of_part_of_an_epoch_make_the_same_batches(make, monkeypatch):
    whole_epoch = whole(list(Batches(make(), 64)), "e_id")
    monkeypatch.setattr("graphrec.data.loaders.LOOKED_UP", 130)
    batches = list(Batches(make(), 64))
    assert whole(batches, "e_id").tolist() == whole_epoch.tolist()
    assert {len(batch.e_id) for batch in batches[:-1]} == {64}


@pytest.mark.parametrize("reader", [*DATASETS, "table"])
@pytest.mark.parametrize("explicit", [True, False])
def test_the_published_sets_have_their_class_and_others_that_of_their_feedback(reader, explicit):
    data = dataset(2, 3, interactions([0, 1], [0, 1]), explicit)
    data = replace(data, about=data.about.model_copy(update={"reader": reader}))
    feedback = RatingDataset if explicit else EventDataset
    expected: type[InteractionDataset] = DATASETS.get(reader, feedback)
    assert type(torch_dataset(data, torch.Generator(), 2)) is expected


def test_the_same_seed_gives_the_same_batches(make):
    for first, second in zip(make().loader(64), make().loader(64), strict=True):
        assert all(torch.equal(*pair) for pair in zip(first[:5], second[:5], strict=True))
