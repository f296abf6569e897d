"""The measurement of people whom a model has never seen."""

import json

import numpy as np
import pytest

from benchmarks import fold_in
from tests.one_epoch import one_epoch


def test_users_left_out_have_enough_to_fold_in_and_to_rank(movielens):
    data = movielens.data
    users = fold_in.draw_users(data, 10, seed=1)
    assert len(np.unique(users)) == 10
    assert (np.bincount(data.train.user)[users] >= fold_in.LEAST).all()
    held = data.valid.interactions
    assert np.isin(users, held.user[data.relevant(held)]).all()
    np.testing.assert_array_equal(users, fold_in.draw_users(data, 10, seed=1))
    with pytest.raises(ValueError, match="expected 1000 users"):
        fold_in.draw_users(data, 1000, seed=1)


def test_who_is_left_out_has_done_nothing_and_the_rest_is_the_same(movielens):
    data = movielens.data
    users = fold_in.draw_users(data, 5, seed=0)
    rest = fold_in.without_users(data, users)
    for part, whole in ((rest.train, data.train), (rest.valid, data.valid)):
        part, whole = (getattr(each, "interactions", each) for each in (part, whole))
        assert not np.isin(part.user, users).any()
        assert len(part) == (~np.isin(whole.user, users)).sum()
    assert len(rest.valid.negative) == len(rest.valid)
    assert rest.users is data.users


@pytest.mark.parametrize("run", ["movielens-base", "imdb-base"])
def test_measures_stand_side_by_side(run, request, tmp_path, monkeypatch, capsys):
    data = request.getfixturevalue(run.split("-")[0]).data
    paths, params = one_epoch(run, data, tmp_path)
    monkeypatch.setattr(fold_in, "load_params", lambda path: params)
    monkeypatch.setattr(fold_in, "LEAST", 2)
    fold_in.main(["--run", run, "--users", "4", "--draws", "2"], paths)
    output = tmp_path / "reports" / "benchmarks" / f"fold-in-{run}.json"
    written = json.loads(output.read_text())
    assert (written["of"], written["users"], len(written["draws"])) == (run, 4, 2)
    for draw in written["draws"]:
        assert [*draw] == ["folded in", "popularity", "trained on"]
        assert all(0 <= values["ndcg_at_10"] <= 1 for values in draw.values())
        assert ("rmse" in draw["folded in"]) == data.explicit
    printed = capsys.readouterr().out
    assert "ratio" in printed
