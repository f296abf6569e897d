"""Batches of several processes against those of one."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from graphrec.data.loaders import Batches
from graphrec.data.readers.torch_datasets import torch_dataset
from graphrec.data.shares import SharedBatches, share_of_data

SEED = 5


def divisions(num_users: int) -> list[list[range]]:
    return [
        [range(num_users)],
        [range(3), range(3, num_users)],
        [range(2), range(2, 2), range(2, num_users)],
    ]


def shared_batches(data, users, *options) -> SharedBatches:
    e_id = np.flatnonzero((data.train.user >= users.start) & (data.train.user < users.stop))
    generator = torch.Generator().manual_seed(SEED)
    dataset = torch_dataset(share_of_data(data, users), generator, 6)
    return SharedBatches(dataset, torch.as_tensor(e_id), len(data.train), *options)


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("soft_ratio", [None, 0.7])
def test_shares_of_batches_are_together_those_of_one_process(data, number, soft_ratio, monkeypatch):
    monkeypatch.setattr("graphrec.data.loaders.LOOKED_UP", 50)
    monkeypatch.setattr("graphrec.data.shares.LOOKED_UP", 50)
    dataset = torch_dataset(data, torch.Generator().manual_seed(SEED), 6)
    whole = Batches(dataset, 16, soft_ratio)
    division = divisions(data.num_users)[number]
    shares = [shared_batches(data, users, 16, soft_ratio) for users in division]
    for _ in range(2):  # epochs
        for batch, *mine in zip(whole, *shares, strict=True):
            assert sum(len(share.e_id) for share in mine) == len(batch.e_id)
            for users, share in zip(division, mine, strict=True):
                own = (batch.user >= users.start) & (batch.user < users.stop)
                assert share.size == len(batch.e_id)
                assert share.share == pytest.approx(own.sum() / len(own))
                for name in ("e_id", "item", "negative"):
                    assert torch.equal(getattr(share, name), getattr(batch, name)[own]), name
                assert torch.equal(share.user + users.start, batch.user[own])
                labels = batch.edge_label.view(-1, len(own))[:, own].flatten()
                assert torch.equal(share.edge_label, labels)
                same_negatives(share.shared_negatives, batch.shared_negatives, users)


def same_negatives(share, whole, users) -> None:
    own = (whole.user >= users.start) & (whole.user < users.stop)
    assert torch.equal(share.item, whole.item)
    assert torch.equal(share.user + users.start, whole.user[own])
    assert torch.equal(share.is_interaction, whole.is_interaction[own])


def test_a_share_of_data_has_its_users_interactions_alone(data):
    users = range(3, 7)
    share = share_of_data(data, users)
    assert (share.num_users, share.num_items) == (4, data.num_items)
    for mine, every in (
        (share.train, data.train),
        (share.valid.interactions, data.valid.interactions),
    ):
        own = np.isin(every.user, users)
        expected = replace(every[own], user=every.user[own] - 3)
        for name in ("user", "item", "rating"):
            np.testing.assert_array_equal(getattr(mine, name), getattr(expected, name))
    own = np.isin(data.valid.interactions.user, users)
    np.testing.assert_array_equal(share.valid.negative, data.valid.negative[own])
