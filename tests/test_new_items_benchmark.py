"""The measurement of items that a model has never seen."""

import json

import numpy as np
import pytest
import torch

from benchmarks import new_items
from tests.one_epoch import one_epoch


def test_items_left_out_are_had_by_nobody_and_described_as_before(data):
    items = new_items.draw_items(data, seed=0)
    rest = new_items.without_items(data, items)
    assert not np.isin(rest.train.item, items).any()
    assert not np.isin(rest.valid.interactions.item, items).any()
    assert len(rest.train) == (~np.isin(data.train.item, items)).sum()
    features = new_items.features_of(data, int(items[0]))
    assert {*features} <= {*data.items.features}
    new_items.NewItems(data).weights(features)


def test_measures_by_hand():
    scores = torch.tensor([[3.0, 2.0, 1.0, 9.0], [1.0, 1.0, 0.0, 0.0], [1.0, 2.0, 3.0, 4.0]])
    relevant = torch.tensor([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]], dtype=torch.bool)
    seen = torch.tensor([[0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]], dtype=torch.bool)
    measured = new_items.measures(scores, relevant, seen)
    assert measured["auc"] == pytest.approx((1 / 2 + 2.5 / 3) / 2)
    assert measured["ndcg_at_10"] == pytest.approx(1 / np.log2(3))


@pytest.mark.parametrize("run", ["movielens-base", "imdb-base"])
def test_measures_stand_side_by_side(run, request, tmp_path, monkeypatch, capsys):
    data = request.getfixturevalue(run.split("-")[0]).data
    paths, params = one_epoch(run, data, tmp_path)
    monkeypatch.setattr(new_items, "load_params", lambda path: params)
    monkeypatch.setattr(new_items, "SHARE", 0.3)
    new_items.main(["--run", run, "--draws", "1"], paths)
    written = json.loads(
        (tmp_path / "reports" / "benchmarks" / f"new-items-{run}.json").read_text()
    )
    for values in written["draws"][0].values():
        assert 0 <= values["auc"] <= 1
    assert "by side information" in capsys.readouterr().out
