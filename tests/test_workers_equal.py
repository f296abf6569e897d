"""How far several processes are from one, as the benchmark counts it."""

import copy

import pytest
import torch

from benchmarks.workers_equal import differences, tasks
from graphrec.config.paths import Paths
from graphrec.data.storage import save_dataset
from tests.pipeline import PROJECT
from tests.training.together import fit, run_of


def test_the_greatest_difference_of_each_kind_is_told(imdb):
    one = fit(run_of("imdb-base"), imdb.data, epochs=1)
    assert set(differences(one, one).values()) == {0.0}
    other = copy.deepcopy(one.history.rows)
    other[0]["train_loss"] *= 1.25
    other[0]["valid_mse"] *= 0.5
    model = copy.deepcopy(one.model.state_dict())
    model["ranking.projection"] = model["ranking.projection"] + 1
    several = _with(one, other, model)
    largest = float(one.model.state_dict()["ranking.projection"].abs().max())
    expected = {"losses": 0.25, "measures": 0.5, "weights": 1 / largest}
    assert differences(one, several) == pytest.approx(expected, rel=1e-5)


def test_the_project_s_own_data_and_generated_ones_are_trained(movielens, tmp_path):
    paths = Paths(tmp_path)
    (tmp_path / "params.yaml").write_text((PROJECT / "params.yaml").read_text())
    paths.training("movielens").parent.mkdir(parents=True)
    save_dataset(paths.training("movielens"), movielens.data)
    own, generated = tasks(None, 3000, paths)
    assert own.run.model == "ngcf_final"
    assert len(own.data.train) == len(movielens.data.train)
    assert generated.name.startswith("3,000")
    assert len(generated.data.train) + len(generated.data.valid) < 3000


class _Model:
    def __init__(self, state: dict[str, torch.Tensor]) -> None:
        self.state_dict = lambda: state


def _with(fitted, rows, state):
    """A fit with other rows and weights."""
    changed = copy.copy(fitted)
    object.__setattr__(changed, "model", _Model(state))
    object.__setattr__(changed, "history", fitted.history.__class__(rows, 1))
    return changed
