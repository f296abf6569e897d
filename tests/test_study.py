"""The study, carried out on tiny data with one epoch a fit."""

import json

import pytest

from benchmarks import bench, fits
from benchmarks.bench import Bench
from benchmarks.fits import Fit
from benchmarks.settings import change
from benchmarks.study import carry_out, plan, save_study
from graphrec.config.params import check_params, select_run
from graphrec.config.paths import Paths
from graphrec.reporting.tables import markdown_table
from tests import faults

TREE = change(faults.TREE, {"train.epochs": 1, "threads": 1})


@pytest.fixture(scope="module")
def paths(raw, tmp_path_factory) -> Paths:
    paths = Paths(tmp_path_factory.mktemp("study"))
    paths.study.parent.mkdir()
    paths.raw("imdb").parent.mkdir(parents=True)
    for dataset, folder in raw.items():
        paths.raw(dataset).symlink_to(folder)
    return paths


@pytest.fixture(scope="module")
def tiny(paths) -> Bench:
    return Bench(check_params(TREE), paths)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(bench, "RESAMPLES", 20)
    monkeypatch.setitem(fits.LONG, "epochs", 1)


def test_every_fit_has_a_row_and_the_page_says_with_which_parameters(tiny, paths):
    planned = list(plan(tiny.params, 2, ["u1", "u2"]))
    save_study(carry_out(tiny, planned), "0123abcd", paths)
    page = paths.study.read_text()
    assert {fit.row for fit in planned} <= {
        row.split("|")[1].strip() for row in page.splitlines() if row.startswith("|")
    }
    assert "`0123abcd`" in page
    tree = json.loads(paths.study.with_suffix(".json").read_text())
    rows = [row["row"] for row in tree["fits"]]
    assert set(rows) > {"movielens ease", "imdb hand-set", "movielens ngcf"}
    assert rows.count("movielens-mse refit, day known") == 3  # two seeds on u1, one on u2


def test_a_fit_gives_the_same_numbers_again_and_another_seed_others(tiny):
    run = select_run(tiny.params, "movielens-base")
    first, second, other = (
        tiny.run(Fit("row", run, seed=seed)).test.values["log_error"] for seed in (0, 0, 1)
    )
    assert first == second != other


def test_a_refitted_model_has_no_validation_left(tiny):
    run = select_run(tiny.params, "movielens-mse")
    outcome = tiny.run(Fit("row", run.model_copy(update={"refit": True})))
    assert outcome.valid is None
    assert tiny.run(Fit("row", run)).valid is not None


def test_a_change_leaves_the_tree_it_was_given_as_it_was():
    before = json.dumps(TREE)
    assert change(TREE, {"train.ema_decay": 0.0})["train"]["ema_decay"] == 0
    assert json.dumps(TREE) == before
    for key in ("trian.ema_decay", "train.ema_deacy"):
        with pytest.raises(KeyError):
            change(TREE, {key: 0.0})


def test_a_table_has_a_row_for_each():
    assert markdown_table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
