"""Entries of params.yaml: their names, what runs name, and what fits a run."""

import pytest

from graphrec.config.params import (
    SAMPLING,
    ParamsError,
    check_num_neighbors,
    check_params,
    select_dataset,
    select_run,
)
from tests.faults import PARAMS, TREE, change, fault

ENTRIES = {
    "archives": "imdb",
    "datasets": "imdb",
    "hyperparameters": "implicit",
    "runs": "imdb-base",
}


@pytest.mark.parametrize("section", ENTRIES)
@pytest.mark.parametrize("name", ["Base", "imdb_base", "1st", "a.b", "-x", "base ", ""])
def test_a_name_that_dvc_cannot_bear_is_refused(section, name):
    message = fault(change((section, name), TREE[section][ENTRIES[section]]))
    assert f"{section}.{name}: " in message
    assert repr(name) in message
    assert "lower-case letters, digits and hyphens" in message


@pytest.mark.parametrize("section", ENTRIES)
@pytest.mark.parametrize("name", ["a", "my-data-2"])
def test_entries_of_one_s_own_are_taken(section, name):
    params = check_params(change((section, name), TREE[section][ENTRIES[section]]))
    assert name in getattr(params, section)


def test_a_number_as_run_name_is_refused():
    """A stage of a run named 1 would not exist for DVC, and nothing would say so."""
    assert "runs.1" in fault(change(("runs", 1), TREE["runs"]["imdb-base"]))


def test_explicit_ratings_need_settings_that_predict_them():
    message = fault(change(("hyperparameters", "explicit", "ngcf_final", "rating"), None))
    for name, run in TREE["runs"].items():
        assert (f"runs.{name}.hyperparameters: " in message) == (run["dataset"] == "movielens")
    assert "expected settings with ngcf_final.rating for the explicit ratings" in message
    assert "got 'explicit'" in message


def test_other_models_do_without_settings_of_ngcf_final_s_ratings():
    tree = change(("runs", "movielens-base", "hyperparameters"), "implicit")
    assert "runs.movielens-base.hyperparameters" in fault(tree)
    tree["runs"]["movielens-base"]["model"] = "lightgcn"
    params = check_params(tree)
    run = select_run(params, "movielens-base")
    assert params.of(run) == params.hyperparameters["implicit"]


@pytest.mark.parametrize(
    ("select", "section", "name"),
    [(select_run, "runs", "movielens-bse"), (select_dataset, "datasets", "movielense")],
)
def test_an_unknown_name_lists_the_known_ones(select, section, name):
    with pytest.raises(ParamsError) as caught:
        select(PARAMS, name)
    assert repr(name) in str(caught.value)
    for known in TREE[section]:
        assert known in str(caught.value)


@pytest.mark.parametrize("name", TREE["datasets"])
def test_a_data_set_is_selected_by_its_name(name):
    assert select_dataset(PARAMS, name) is PARAMS.datasets[name]


@pytest.mark.parametrize(
    ("model", "num_neighbors", "expected"),
    [("ngcf_final", [10, 5], "ngcf"), ("ngcf", [10], "(2)"), ("lightgcn", [3, 2, 1], "(2)")],
)
def test_numbers_of_neighbours_have_to_fit_the_run(model, num_neighbors, expected):
    run = PARAMS.runs["imdb-base"].model_copy(update={"model": model})
    check_num_neighbors(run, [])
    with pytest.raises(ParamsError, match=r"train\.num_neighbors") as caught:
        check_num_neighbors(run, num_neighbors)
    assert expected in str(caught.value)
    assert str(num_neighbors) in str(caught.value)


@pytest.mark.parametrize("model", SAMPLING)
def test_a_number_of_neighbours_for_each_layer_is_taken(model):
    check_num_neighbors(PARAMS.runs["imdb-base"].model_copy(update={"model": model}), [10, 5])
