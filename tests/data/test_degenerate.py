"""Data with nothing to tell apart: refused with advice, or trained to finite numbers."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from graphrec.config.datasets import DatasetParams
from graphrec.data.dataset import RawData
from graphrec.data.errors import DataError
from graphrec.data.prepare import prepare
from graphrec.models.trained import TrainedModel
from graphrec.training.fitting import fit_run
from tests.datasets import entities, interactions
from tests.faults import PARAMS

ABOUT = PARAMS.datasets["movielens"].model_dump() | {
    "split": {"strategy": "random", "test_fraction": 0.2, "valid_fraction": 0.2}
}


def prepared(user, item, rating, num_users: int, num_items: int):
    raw = RawData(
        entities("u", num_users), entities("i", num_items), interactions(user, item, rating)
    )
    return prepare(raw, DatasetParams.model_validate(ABOUT), 0)


def grid(num_users: int, num_items: int, missing: int = 1):
    """Every pair but `missing` items of each user."""
    pairs = [
        (user, (user + step) % num_items)
        for user in range(num_users)
        for step in range(num_items - missing)
    ]
    return np.array(pairs).T


def test_users_with_every_item_are_refused():
    user, item = grid(4, 5, missing=0)
    with pytest.raises(DataError, match="leave that user out, or give more items"):
        prepared(user, item, np.full(20, 5), 4, 5)


def test_one_interaction_cannot_be_divided():
    with pytest.raises(DataError, match="choose another, or other fractions"):
        prepared([0], [0], [5], 1, 2)


def test_nothing_relevant_is_refused():
    user, item = grid(6, 5)
    with pytest.raises(DataError, match=r"lower ratings\.relevance_threshold"):
        prepared(user, item, np.ones(len(user)), 6, 5)


@pytest.mark.parametrize("model", ["lightgcn", "ngcf", "ngcf_final"])
@pytest.mark.parametrize(
    ("num_users", "num_items"), [(1, 30), (30, 2), (6, 5)], ids=["one user", "two items", "few"]
)
def test_equal_ratings_of_few_train_to_finite_numbers(model, num_users, num_items):
    """Fewer items than any list is long, a constant target, users without training edges."""
    user, item = grid(num_users, num_items)
    data = prepared(user, item, np.full(len(user), 4), num_users, num_items).data
    params = PARAMS.model_copy(
        update={"threads": 1, "train": PARAMS.train.model_copy(update={"epochs": 2})}
    )
    run = PARAMS.runs["movielens-base"].model_copy(update={"model": model})
    fitted = fit_run(run, params, data, lambda _: None)
    scores = TrainedModel(fitted.model, fitted.graph).score_items(torch.arange(num_users))
    assert torch.isfinite(scores).all()
    assert all(np.isfinite(value) for row in fitted.history.rows for value in row.values())


def test_an_entity_without_edges_gets_finite_scores():
    user, item = grid(6, 5)
    data = prepared(user, item, np.full(len(user), 4), 6, 5).data
    lonely = replace(data, users=entities("u", 7), items=entities("i", 6))
    params = PARAMS.model_copy(
        update={"threads": 1, "train": PARAMS.train.model_copy(update={"epochs": 1})}
    )
    fitted = fit_run(PARAMS.runs["movielens-base"], params, lonely, lambda _: None)
    scores = TrainedModel(fitted.model, fitted.graph).score_items(torch.arange(7))
    assert scores.shape == (7, 6)
    assert torch.isfinite(scores).all()
