"""One model by several processes on this machine, against the same by one."""

from itertools import pairwise

import pytest

from graphrec.config.params import ParamsError, check_params
from graphrec.training.fitting import fit_run
from graphrec.training.processes import train_in_processes
from tests.faults import change
from tests.training.together import EPOCHS, few_epochs, fit, run_of, same

RUNS = {
    "lightgcn": {"model": "lightgcn"},
    "ngcf": {"model": "ngcf"},
    "ngcf_final": {},
    "soft": {"model": "lightgcn", "soft_sampling": True, "layers": 0},
    "mse": {"risk": "mse", "layers": 3},
}


@pytest.mark.parametrize(
    ("name", "run", "workers"),
    [
        ("movielens", "lightgcn", 2),
        ("movielens", "ngcf", 2),
        ("movielens", "ngcf_final", 4),
        ("movielens", "mse", 2),
        ("imdb", "lightgcn", 4),
        ("imdb", "ngcf", 4),
        ("imdb", "ngcf_final", 2),
        ("imdb", "soft", 3),
    ],
)
def test_several_processes_train_what_one_trains(data, name, run, workers):
    run, rows = run_of(f"{name}-base", **RUNS[run]), []
    one = fit(run, data)
    several = fit(run, data, train_in_processes, rows.append, workers=workers)
    same(one, several)
    assert rows == several.history.rows


@pytest.mark.parametrize("division", ["unequal", "empty"])
def test_shares_may_be_unequal_or_empty(movielens, monkeypatch, division):
    """A process without a pair in a batch, or at all, exchanges as often as the others."""
    data = movielens.data
    bounds = {"unequal": [0, 1, data.num_users], "empty": [0, 0, data.num_users]}[division]
    users = [range(start, stop) for start, stop in pairwise(bounds)]
    monkeypatch.setattr("graphrec.training.together.divide_users", lambda *_: users)
    run = run_of("movielens-base")
    same(fit(run, data), fit(run, data, train_in_processes, workers=2))


def test_with_refit_both_trainings_are_shared(imdb):
    run = run_of("imdb-base", refit=True, model="ngcf")
    one = fit(run, imdb.data)
    several = fit(run, imdb.data, train_in_processes, workers=2)
    same(one, several)
    assert len(several.history.rows) == EPOCHS


def test_the_fault_of_a_process_is_told_and_ends_the_others(movielens):
    run = run_of("movielens-base", model="lightgcn")
    with pytest.raises(RuntimeError, match=r"worker \d failed: KeyError"):
        # No measure is called so, which is noticed in the processes alone.
        fit_with_monitor(run, movielens.data, "none")


def fit_with_monitor(run, data, monitor: str):
    params = few_epochs(workers=2)
    wrong = {
        name: settings.model_copy(update={"monitor": monitor})
        for name, settings in params.hyperparameters.items()
    }
    params = params.model_copy(update={"hyperparameters": wrong})
    return fit_run(run, params, data, lambda _: None, launch=train_in_processes)


@pytest.mark.parametrize(
    ("path", "value"), [(("train", "num_neighbors"), [10, 5]), (("device",), "cuda")]
)
def test_what_cannot_be_shared_is_told(path, value):
    tree = change(("train", "workers"), 2)
    holder = tree
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    with pytest.raises(ParamsError, match=r"train\.workers: expected 1 with .*got 2"):
        check_params(tree)
