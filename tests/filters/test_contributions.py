"""What entries of a row add to a filter's score, and ratings to a predicted one."""

import numpy as np
import pytest
import torch

from graphrec.filters.fit import fit_filters
from tests.faults import PARAMS


@pytest.mark.parametrize("most_items", [1, 12_000])
def test_contributions_add_up_to_the_score(data, most_items, monkeypatch):
    monkeypatch.setattr("graphrec.filters.ranking.MOST_ITEMS", most_items)
    ranking = fit_filters(data, PARAMS.filters, 2, PARAMS.seed).ranking
    row = ranking.matrix[[int(np.bincount(data.train.user).argmax())]]
    assert len(ranking.names) >= (2 if most_items == 1 else 1)
    for each in ranking.filters.values():
        scores = each(row)[0]
        for item in (0, 7, 30):
            added = each.contributions(row, item)
            assert added.shape == row.data.shape
            assert added.sum() == pytest.approx(float(scores[item]), abs=1e-4)


def test_losses_are_what_folding_in_without_a_rating_loses(movielens):
    rating = fit_filters(movielens.data, PARAMS.filters, 2, PARAMS.seed).rating
    item, stars = torch.tensor([2, 9, 30, 31]), torch.tensor([5.0, 1.0, 4.0, 2.0])
    losses = rating.losses(item, stars, 12)
    for left_out in range(len(item)):
        rest = torch.arange(len(item)) != left_out
        lost = rating.fold_in(item, stars)[12] - rating.fold_in(item[rest], stars[rest])[12]
        assert float(losses[left_out]) == pytest.approx(float(lost), abs=1e-4)
