"""The tables, and which run is called the best: validation alone decides."""

import json
from copy import deepcopy

import numpy as np
import pytest

from graphrec.config.params import Params, check_params
from graphrec.config.paths import Paths
from graphrec.evaluation.results import save_json
from graphrec.reporting.summary import (
    activity_table,
    choose_best,
    collect,
    columns,
    describe_change,
    factor_table,
    handful,
    layers_table,
    results_table,
    runs_of,
)
from graphrec.reporting.summary_page import summary_page
from tests.faults import PARAMS, TREE, change
from tests.reporting.evaluated import NUM_USERS, leave_evaluations, save_sums

DATASETS = pytest.mark.parametrize("dataset", TREE["datasets"])


@pytest.fixture
def paths(tmp_path) -> Paths:
    """What evaluate and baseline leave."""
    leave_evaluations(PARAMS, Paths(tmp_path))
    return Paths(tmp_path)


def without_runs(dataset: str) -> Params:
    tree = deepcopy(TREE)
    tree["runs"] = {name: run for name, run in TREE["runs"].items() if run["dataset"] != dataset}
    return check_params(tree)


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_everything_is_collected(paths):
    tree = collect(PARAMS, paths)
    assert set(tree) == {"runs", "baselines", "best"}
    assert set(tree["runs"]) == set(PARAMS.runs)
    assert set(tree["baselines"]) == set(PARAMS.datasets)
    assert tree["runs"]["imdb-base"]["mlflow_run"] == "imdb-base-01234567"
    assert tree["runs"]["movielens-mse"]["best_epoch"] == 2
    json.dumps(tree, allow_nan=False)


def test_files_of_a_run_that_is_no_more_in_params_are_not_collected(paths):
    save_json(paths.evaluation("imdb-gone") / "evaluation.json", {})
    assert "imdb-gone" not in collect(PARAMS, paths)["runs"]


def test_dvc_is_shown_a_handful_of_rounded_numbers(paths):
    few = handful(PARAMS, collect(PARAMS, paths))
    assert set(few) == set(PARAMS.runs)
    for name, run in PARAMS.runs.items():
        assert few[name]["mlflow_run"] == f"{name}-01234567"
        for part, sign in (("valid", -1), ("test", 1)):
            values = few[name][part]
            shown = [measure for measure in columns(PARAMS, run.dataset) if measure != "mae"]
            assert list(values) == [measure.removeprefix("test_") for measure in shown]
            expected = round(10.123456 + sign * list(PARAMS.runs).index(name), 4)
            assert set(values.values()) == {expected}


@DATASETS
def test_columns_are_those_of_the_feedback_and_of_the_first_list(dataset):
    shown = columns(check_params(change(("evaluate", "k"), [5, 20])), dataset)
    assert shown[:3] == ["test_loss", "mse", "log_error"]
    assert {"recall_at_5", "ndcg_at_5"} < set(shown)
    assert ("rmse" in shown) == (dataset == "movielens")
    assert ("auc" in shown) == (dataset == "imdb")


def test_the_best_run_is_the_best_on_validation(paths):
    tree = collect(PARAMS, paths)
    assert set(tree["best"]) == set(PARAMS.datasets)
    for dataset, best in choose_best(PARAMS, tree["runs"]).items():
        names = runs_of(PARAMS, dataset)
        assert best["ndcg_at_10"]["run"] == names[0]  # more is better: the least number
        assert best["mse"]["run"] == names[-1]  # less is better
        assert best["mse"]["test"] == tree["runs"][names[-1]]["test"]["mse"]
        assert best["mse"]["valid"] == tree["runs"][names[-1]]["valid"]["mse"]


@DATASETS
def test_the_table_has_a_row_a_run_and_a_row_a_baseline(paths, dataset):
    rows = results_table(PARAMS, collect(PARAMS, paths), dataset).splitlines()
    named = [cells(row)[0] for row in rows[2:]]
    assert named == [*runs_of(PARAMS, dataset), "*constant*", "*ease*"]
    heads = cells(rows[0])
    assert heads == ["run", *columns(PARAMS, dataset), "valid mse", "valid ndcg_at_10"]
    assert {len(cells(row)) for row in rows} == {len(heads)}
    constant = dict(zip(heads, cells(rows[-2]), strict=True))
    assert constant["mse"] == "1.2500 ± 1.2500"
    assert constant["valid mse"] == "1.2500"
    assert constant["valid ndcg_at_10"] == constant["ndcg_at_10"] == ""


def test_the_factor_table_says_what_each_run_changed_and_what_it_did(paths):
    rows = factor_table(PARAMS, paths).splitlines()[2:]
    changed = [name for name in PARAMS.runs if not name.endswith("-base")]
    assert len(rows) == 2 * len(changed)  # two measures each
    by = {tuple(cells(row))[:3]: cells(row)[-1] for row in rows}
    assert by["movielens-mse", "risk total → mse", "mse"] == "worse"  # a higher squared error
    assert by["movielens-mse", "risk total → mse", "ndcg_at_10"] == "better"
    assert ("imdb-layers4", "layers 2 → 4", "mse") in by


def test_a_change_is_told_by_the_keys_that_differ():
    assert describe_change(PARAMS, "imdb-soft", "imdb-base") == "soft_sampling False → True"
    assert describe_change(PARAMS, "imdb-base", "imdb-base") == "nothing"
    tree = change(("runs", "imdb-mse", "hyperparameters"), "implicit")
    expected = "risk total → mse, hyperparameters attributes → implicit"
    assert describe_change(check_params(tree), "imdb-mse", "imdb-base") == expected


def test_every_run_that_keeps_its_layers_apart_has_a_row(paths):
    table = layers_table(PARAMS, paths)
    for number, name in enumerate(PARAMS.runs):
        assert (f"| {name} |" in table) == (number % 4 > 0)
    assert len({row.count("|") for row in table.splitlines()}) == 1


def test_users_are_grouped_by_their_training_interactions(paths):
    """A third has one, a third three, a third ten."""
    degree = np.repeat([1, 3, 10], NUM_USERS // 3)
    train_user = np.repeat(np.arange(NUM_USERS), degree)
    for name in runs_of(PARAMS, "imdb"):
        users = np.arange(NUM_USERS)
        save_sums(paths.evaluation(name) / "users.npz", ["ndcg_at_10"], users, degree / 100)
    heads, _, *rows = activity_table(PARAMS, paths, "imdb", train_user).splitlines()
    first, *groups = cells(heads)
    assert first == "ndcg_at_10 by training credits"
    assert groups == ["1 and more", "3 and more", "10 and more"]
    assert [cells(row)[0] for row in rows] == [*runs_of(PARAMS, "imdb"), "*ease*"]
    assert cells(rows[0])[1:] == ["0.0100 (20)", "0.0300 (20)", "0.1000 (20)"]


def test_the_page_has_every_table(paths):
    train_users = dict.fromkeys(PARAMS.datasets, np.arange(NUM_USERS))
    page = summary_page(PARAMS, paths, collect(PARAMS, paths), train_users)
    for dataset in PARAMS.datasets:
        assert results_table(PARAMS, collect(PARAMS, paths), dataset) in page
        assert activity_table(PARAMS, paths, dataset, np.arange(NUM_USERS)) in page
    assert factor_table(PARAMS, paths) in page
    assert layers_table(PARAMS, paths) in page


def test_a_data_set_without_runs_has_its_baselines_alone(paths):
    params = without_runs("imdb")
    tree = collect(params, paths)
    assert set(tree["best"]) == {"movielens"}
    page = summary_page(params, paths, tree, dict.fromkeys(params.datasets, np.arange(NUM_USERS)))
    assert "| imdb-" not in page
    assert len(results_table(params, tree, "imdb").splitlines()) == 4
