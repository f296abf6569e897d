"""A training that is stopped anywhere goes on, and ends as it would have without a break."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from graphrec.config.params import Params, load_params, select_run
from graphrec.training import checkpoint as module
from graphrec.training.checkpoint import Checkpoint, State, fingerprint
from graphrec.training.fitting import Fitted, fit_run

EPOCHS = 3
KEY = "a" * 64


class StoppedError(Exception):
    """In place of a kill."""


class Stopping(Checkpoint):
    """Written after each step and epoch; raises StoppedError after the `last` time in all."""

    def __init__(self, folder: Path, last: int | None = None, name: str = "fit") -> None:
        super().__init__(folder, KEY, 0, name)
        self.last_save = last
        self.saves = [0]

    def of(self, name: str) -> Checkpoint:
        other = Stopping(self.folder, self.last_save, name)
        other.saves = self.saves
        return other

    def save(self, state: State) -> None:
        super().save(state)
        self.saves[0] += 1
        if self.saves[0] == self.last_save:
            raise StoppedError


@pytest.fixture(scope="module")
def params() -> Params:
    """With several steps an epoch, and averaged weights."""
    params = load_params()
    smaller = {
        name: settings.model_copy(update={"batch_size": 256, "learning_rate": 0.01})
        for name, settings in params.hyperparameters.items()
    }
    train = params.train.model_copy(update={"epochs": EPOCHS, "ema_decay": 0.9})
    return params.model_copy(update={"train": train, "hyperparameters": smaller, "threads": 1})


def silent(_) -> None:
    pass


def assert_same(fitted: Fitted, expected: Fitted) -> None:
    assert fitted.history == expected.history
    assert (fitted.validated is None) == (expected.validated is None)
    states = [(fitted.model.state_dict(), expected.model.state_dict())]
    if expected.validated is not None:
        states.append((fitted.validated, expected.validated))
    for state, other in states:
        assert set(state) == set(other)
        for name, part in other.items():
            assert torch.equal(state[name], part), name


def assert_goes_on(run, params, data, folder: Path) -> None:
    """Stopped after a random number of steps, again and again, it ends the same."""
    expected = fit_run(run, params, data, silent)
    whole = Stopping(folder / "whole")
    assert_same(fit_run(run, params, data, silent, whole), expected)
    rng, count = np.random.default_rng(0), whole.saves[0]
    stops = 0
    while True:
        last = int(rng.integers(1, count // 2))
        try:
            fitted = fit_run(run, params, data, silent, Stopping(folder / "broken", last))
        except StoppedError:
            stops += 1
        else:
            break
    assert stops > 1
    assert_same(fitted, expected)


@pytest.mark.parametrize("refit", [False, True])
@pytest.mark.parametrize("soft_sampling", [False, True])
@pytest.mark.parametrize("model", ["ngcf", "ngcf_final", "lightgcn"])
def test_every_model_goes_on(name, data, params, model, soft_sampling, refit, tmp_path):
    changes = {"model": model, "soft_sampling": soft_sampling, "refit": refit}
    run = select_run(params, f"{name}-base").model_copy(update=changes)
    assert_goes_on(run, params, data, tmp_path)


@pytest.mark.parametrize("soft_sampling", [False, True])
def test_with_sampled_neighbours_it_goes_on(name, data, params, soft_sampling, tmp_path):
    changes = {"model": "ngcf", "soft_sampling": soft_sampling}
    run = select_run(params, f"{name}-base").model_copy(update=changes)
    train = params.train.model_copy(update={"num_neighbors": [4, 2], "ema_decay": 0.0})
    assert_goes_on(run, params.model_copy(update={"train": train}), data, tmp_path)


@pytest.mark.parametrize("patience", [1, 2])
def test_what_had_stopped_early_stops_there_again(movielens, params, patience, tmp_path):
    run = select_run(params, "movielens-base").model_copy(update={"model": "ngcf"})
    train = params.train.model_copy(update={"epochs": 30, "patience": patience})
    hasty = {
        name: settings.model_copy(update={"batch_size": 10**6, "learning_rate": 0.5})
        for name, settings in params.hyperparameters.items()
    }
    params = params.model_copy(update={"train": train, "hyperparameters": hasty})
    history = fit_run(run, params, movielens.data, silent).history
    assert len(history.rows) == history.best_epoch + patience < 30
    assert_goes_on(run, params, movielens.data, tmp_path)


def test_stopped_while_an_epoch_is_told_it_goes_on(imdb, params, tmp_path):
    """The row was told, but not written: it is told again."""
    run = select_run(params, "imdb-base").model_copy(update={"model": "lightgcn"})
    expected, rows = fit_run(run, params, imdb.data, silent), []

    def stop(row):
        rows.append(row)
        if row["epoch"] == 2:
            raise StoppedError

    checkpoint = Checkpoint(tmp_path / "run", KEY, 0)
    with pytest.raises(StoppedError):
        fit_run(run, params, imdb.data, stop, checkpoint)
    assert_same(fit_run(run, params, imdb.data, rows.append, checkpoint), expected)
    assert [row["epoch"] for row in rows] == [1, 2, 2, 3]


@pytest.fixture
def stopped(tmp_path, movielens, params) -> Checkpoint:
    """What a stopped training of `run_of` left."""
    checkpoint = Stopping(tmp_path / "checkpoints" / "run", 5)
    with pytest.raises(StoppedError):
        fit_run(run_of(params), params, movielens.data, silent, checkpoint)
    return Checkpoint(checkpoint.folder, KEY, 0)


def run_of(params):
    return select_run(params, "movielens-base").model_copy(update={"model": "lightgcn"})


def test_that_it_goes_on_is_said(stopped, movielens, params, capsys):
    fit_run(run_of(params), params, movielens.data, silent, stopped)
    assert "training goes on in epoch 1 after step 5 of" in capsys.readouterr().err


def test_a_checkpoint_of_something_else_is_void_and_that_is_said(
    stopped, movielens, params, capsys
):
    expected = fit_run(run_of(params), params, movielens.data, silent)
    other = Checkpoint(stopped.folder, "b" * 64, 0)
    assert_same(fit_run(run_of(params), params, movielens.data, silent, other), expected)
    told = capsys.readouterr().err
    assert "of other params, data or code: training starts anew" in told
    assert "goes on" not in told


@pytest.mark.parametrize("place", [0, 20, 0.3, 0.5, 0.9, -1])
@pytest.mark.parametrize("kind", ["cut", "flipped"])
def test_a_damaged_checkpoint_is_void_and_that_is_said(stopped, kind, place, capsys):
    content = bytearray(stopped.path.read_bytes())
    at = int(place * len(content)) if isinstance(place, float) else place
    if kind == "cut":
        content = content[:at]
    else:
        content[at] ^= 0xFF
    stopped.path.write_bytes(content)
    assert stopped.load() is None
    assert "training starts anew" in capsys.readouterr().err


def test_a_checkpoint_holds_tensors_and_json(stopped):
    with safe_open(stopped.path, "np") as file:
        assert file.metadata()["fingerprint"] == KEY
        assert {"sums", "global_generator", "epoch_start"} <= set(file.keys())
    assert [path.name for path in stopped.folder.iterdir()] == ["fit.safetensors"]


def test_nothing_is_left_once_it_is_removed(stopped):
    stopped.remove()
    assert not stopped.folder.parent.exists()
    stopped.remove()


def test_what_takes_less_than_the_interval_writes_nothing(movielens, params, tmp_path):
    checkpoint = Checkpoint(tmp_path / "run", KEY, 3600)
    fit_run(run_of(params), params, movielens.data, silent, checkpoint)
    assert not checkpoint.folder.exists()


def test_it_is_due_when_the_interval_has_passed(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    checkpoint = Checkpoint(tmp_path, KEY, 30)
    state = State({"a": torch.zeros(2)}, {"epoch": 1})
    for now[0], due in ((29, False), (30, True)):
        assert checkpoint.due() == due
    checkpoint.save(state)
    for now[0], due in ((59, False), (60, True)):
        assert checkpoint.due() == due


def test_training_goes_on_where_no_checkpoint_can_be_written(movielens, params, tmp_path, capsys):
    (tmp_path / "file").touch()
    checkpoint = Checkpoint(tmp_path / "file" / "run", KEY, 0)
    expected = fit_run(run_of(params), params, movielens.data, silent)
    assert_same(fit_run(run_of(params), params, movielens.data, silent, checkpoint), expected)
    assert "not written" in capsys.readouterr().err


def test_settings_data_and_code_make_the_fingerprint(tmp_path, monkeypatch):
    data, code = tmp_path / "training.npz", tmp_path / "code"
    data.write_bytes(b"data")
    code.mkdir()
    monkeypatch.setattr(module, "LIBRARY", code)
    keys = [fingerprint({"seed": 1}, data), fingerprint({"seed": 2}, data)]
    (code / "a.py").write_text("a = 1")
    keys.append(fingerprint({"seed": 1}, data))
    (code / "a.cpp").write_text("int a = 1;")
    keys.append(fingerprint({"seed": 1}, data))
    (code / "notes.txt").write_text("no code")
    assert fingerprint({"seed": 1}, data) == keys[-1]
    data.write_bytes(b"other")
    keys.append(fingerprint({"seed": 1}, data))
    monkeypatch.setattr(module.torch, "__version__", "0")
    keys.append(fingerprint({"seed": 1}, data))
    assert len(set(keys)) == len(keys)
