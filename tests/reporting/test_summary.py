"""The tables, and which run is called the best: validation alone decides."""

import json

import numpy as np
import pytest

from graphrec.config.params import check_params
from graphrec.config.paths import Paths
from graphrec.evaluation.evaluate import Evaluation, UserSums
from graphrec.evaluation.results import save_json, save_users
from graphrec.reporting.summary import (
    COLUMNS,
    choose_best,
    collect,
    factor_table,
    layers_table,
    results_table,
)
from tests.faults import TREE

PARAMS = check_params(TREE)
MEASURES = sorted({name for columns in COLUMNS.values() for name in columns})


@pytest.fixture
def paths(tmp_path) -> Paths:
    """What evaluate and baseline leave. Run number n has validation -n and test +n, so that the
    best on validation is never the best on test."""
    paths = Paths(tmp_path)
    rng = np.random.default_rng(0)
    common = rng.normal(size=60)
    for number, name in enumerate(PARAMS.runs):
        valid, test = (dict.fromkeys(MEASURES, 10.0 + sign * number) for sign in (-1, 1))
        parts = {"valid": valid, "test": test, "test_standard_error": dict.fromkeys(MEASURES, 0.5)}
        save_json(
            paths.evaluation(name) / "evaluation.json",
            {"content": "0123456789", "likeness": [0.1] * (number % 4)} | parts,
        )
        save_json(paths.settings(name), {"best_epoch": number + 1})
        users = {
            measure: UserSums(np.arange(60), common + number + rng.normal(size=60), np.ones(60))
            for measure in MEASURES
        }
        save_users(paths.evaluation(name) / "users.npz", Evaluation({}, {}, users))
    for dataset in COLUMNS:
        few = {"mse": 1.25}
        parts = {"valid": few, "test": few, "test_standard_error": few}
        save_json(paths.baselines(dataset) / "evaluation.json", {"constant": parts})
    return paths


def test_everything_is_collected(paths):
    tree = collect(PARAMS, paths)
    assert set(tree["runs"]) == set(PARAMS.runs)
    assert set(tree["baselines"]) == set(COLUMNS)
    assert tree["runs"]["imdb-base"]["mlflow_run"] == "imdb-base-01234567"
    json.dumps(tree, allow_nan=False)


def test_files_of_a_run_that_is_no_more_in_params_are_not_collected(paths):
    save_json(paths.evaluation("imdb-gone") / "evaluation.json", {})
    assert "imdb-gone" not in collect(PARAMS, paths)["runs"]


def test_the_best_run_is_the_best_on_validation(paths):
    tree = collect(PARAMS, paths)
    for dataset, best in choose_best(PARAMS, tree["runs"]).items():
        names = [name for name, run in PARAMS.runs.items() if run.dataset == dataset]
        assert best["ndcg_at_10"]["run"] == names[0]  # more is better: the least number
        assert best["mse"]["run"] == names[-1]  # less is better
        assert best["mse"]["test"] == tree["runs"][names[-1]]["test"]["mse"]


@pytest.mark.parametrize("dataset", COLUMNS)
def test_the_table_has_a_row_a_run_and_a_row_a_yardstick(paths, dataset):
    lines = results_table(PARAMS, collect(PARAMS, paths), dataset).splitlines()
    names = [name for name, run in PARAMS.runs.items() if run.dataset == dataset]
    assert [line.split(" | ")[0].strip("| ") for line in lines[2:]] == [*names, "*constant*"]
    assert len({line.count("|") for line in lines}) == 1
    assert "1.2500 ± 1.2500" in lines[-1]


def test_the_factor_table_says_what_each_run_changed_and_what_it_did(paths):
    lines = factor_table(PARAMS, paths).splitlines()[2:]
    changed = [name for name in PARAMS.runs if not name.endswith("-base")]
    assert len(lines) == 2 * len(changed)  # two measures each
    of = {tuple(cell.strip() for cell in line.strip("|").split("|"))[:3]: line for line in lines}
    row = of["movielens-mse", "risk total → mse", "mse"]
    assert "worse" in row  # a higher squared error
    row = of["movielens-mse", "risk total → mse", "ndcg_at_10"]
    assert "better" in row


def test_every_run_that_keeps_its_layers_apart_has_a_row(paths):
    table = layers_table(PARAMS, paths)
    for number, name in enumerate(PARAMS.runs):
        assert (f"| {name} |" in table) == (number % 4 > 0)
    assert len({line.count("|") for line in table.splitlines()}) == 1
