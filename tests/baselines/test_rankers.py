"""Rankings that need no training, on data small enough to check."""

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec.baselines.rankers import ByPopularity, FromItems

USER_ITEMS = sp.csr_array(np.array([[1, 0, 1], [0, 1, 0]], np.float32))


def test_popularity_is_the_same_for_everybody():
    scores = ByPopularity(np.array([3, 1, 2])).score_items(torch.tensor([1, 0, 1]))
    assert scores.tolist() == [[3, 1, 2]] * 3


def test_a_mask_on_one_ranking_does_not_reach_the_next():
    ranking = ByPopularity(np.arange(5))
    ranking.score_items(torch.tensor([0, 1]))[0] = -torch.inf
    assert torch.isfinite(ranking.score_items(torch.tensor([0, 1]))).all()


@pytest.mark.parametrize("form", [np.asarray, sp.csr_array])
def test_items_times_a_chain_of_matrices(form):
    first = np.array([[0, 2], [1, 0], [3, 1]], np.float32)
    second = np.array([[1, 0, 0], [0, 1, 5]], np.float32)
    ranking = FromItems(USER_ITEMS, form(first), form(second))
    expected = USER_ITEMS.toarray() @ first @ second
    assert ranking.rows(np.array([1, 0])).tolist() == expected[[1, 0]].tolist()
    scores = ranking.score_items(torch.tensor([0]))
    assert scores.dtype == torch.float32
    assert scores.tolist() == expected[[0]].tolist()


def test_without_a_chain_it_is_the_items_themselves():
    assert FromItems(USER_ITEMS).rows(np.array([0])).tolist() == [[1, 0, 1]]
