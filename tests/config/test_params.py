"""Every fault in params.yaml is told with its key, its value and what is allowed."""

from copy import deepcopy

import pytest
from graphrec.config.sections import Params

from graphrec.config.params import ParamsError, check_params, load_params, run_settings, select_run
from tests.faults import (
    FILE,
    FLOATS,
    INTEGERS,
    LEAVES,
    SECTIONS,
    SWITCHES,
    TREE,
    change,
    dotted,
    expect_fault,
    fault,
)


def test_the_project_s_own_file_is_valid():
    assert isinstance(load_params(FILE), Params)


@pytest.mark.parametrize("path", [path for path, _ in LEAVES], ids=dotted)
def test_a_missing_key_is_named(path):
    tree = deepcopy(TREE)
    section = tree
    for key in path[:-1]:
        section = section[key]
    del section[path[-1]]
    message = fault(tree)
    assert dotted(path) in message
    assert "missing" in message


@pytest.mark.parametrize("path", SECTIONS, ids=lambda path: dotted(path) or "top")
def test_an_unknown_key_is_named_with_its_value(path):
    expect_fault((*path, "sede"), 12345)


@pytest.mark.parametrize("path", INTEGERS, ids=dotted)
@pytest.mark.parametrize("value", ["3", True, 2.5, None, -1], ids=repr)
def test_a_whole_number_is_not_a_text_a_switch_a_fraction_or_negative(path, value):
    expect_fault(path, value)


@pytest.mark.parametrize("path", FLOATS, ids=dotted)
@pytest.mark.parametrize("value", [True, "fast", "1e", None, [0.5]], ids=repr)
def test_a_number_is_not_a_switch_a_word_or_a_list(path, value):
    expect_fault(path, value)


def test_a_number_is_finite():
    accepted = []
    for path in FLOATS:
        for value in (float("inf"), float("-inf"), float("nan")):
            try:
                check_params(change(path, value))
            except ParamsError:
                continue
            accepted.append((dotted(path), value))
    assert accepted == []


@pytest.mark.parametrize("path", FLOATS, ids=dotted)
def test_a_number_may_be_written_as_set_param_writes_it(path):
    """`dvc exp run --set-param x=1e-05` writes 1e-05, which YAML 1.1 reads as a text."""
    params = check_params(change(path, "1e-05"))
    value = params.model_dump()
    for key in path:
        value = value[key]
    assert value == 1e-05
    assert type(value) is float


@pytest.mark.parametrize("path", SWITCHES, ids=dotted)
@pytest.mark.parametrize("value", ["yes", 1, 0, None], ids=repr)
def test_a_switch_is_true_or_false(path, value):
    expect_fault(path, value)


@pytest.mark.parametrize(
    ("path", "value", "allowed"),
    [
        (("train", "learning_rate"), 0.0, "greater than 0"),
        (("train", "ema_decay"), 1.0, "less than 1"),
        (("train", "soft_ratio"), -0.5, "greater than 0"),
        (("train", "epochs"), 0, "greater than or equal to 1"),
        (("movielens", "split", "fold"), "u9", "'u1', 'u2'"),
        (("movielens", "split", "valid_fraction"), 1, "less than 1"),
        (("evaluate", "k"), [], "at least 1"),
        (("train", "num_neighbors"), 10, "valid list"),
        (("evaluate", "relevant_rating"), 6, "less than or equal to 5"),
        (("runs", "imdb-base", "risk"), "bpr", "'total' or 'mse'"),
        (("runs", "imdb-base", "dataset"), "netflix", "'movielens' or 'imdb'"),
        (("runs", "imdb-base", "model"), "svd", "'ngcf', 'ngcf_final' or 'lightgcn'"),
    ],
    ids=lambda value: dotted(value) if isinstance(value, tuple) else None,
)
def test_a_value_out_of_range_is_told_with_what_is_allowed(path, value, allowed):
    expect_fault(path, value)
    assert allowed in fault(change(path, value))


def test_a_number_of_neighbours_is_told_with_its_place():
    message = fault(change(("train", "num_neighbors"), [10, 0]))
    assert "train.num_neighbors.1: " in message
    assert "greater than or equal to 1, got 0" in message


def test_every_fault_is_told_at_once():
    tree = change(("seed",), "x")
    tree["train"]["epochs"] = 0
    message = fault(tree)
    assert "seed" in message
    assert "train.epochs" in message


@pytest.mark.parametrize("name", ["Base", "imdb_base", "1st", "a.b", "-x", "base ", ""])
def test_a_run_name_that_dvc_cannot_bear_is_refused(name):
    message = fault(change(("runs", name), TREE["runs"]["imdb-base"]))
    assert repr(name) in message
    assert "lower-case letters, digits and hyphens" in message


def test_a_number_as_run_name_is_refused():
    """A stage of a run named 1 would not exist for DVC, and nothing would say so."""
    assert "runs.1" in fault(change(("runs", 1), TREE["runs"]["imdb-base"]))


@pytest.mark.parametrize("tree", [None, [], "runs", {}], ids=repr)
def test_a_file_without_sections_is_refused(tree):
    assert fault(tree)


def test_an_unknown_run_lists_the_known_ones():
    with pytest.raises(ParamsError) as caught:
        select_run(check_params(TREE), "movielens-bse")
    assert "'movielens-bse'" in str(caught.value)
    for name in TREE["runs"]:
        assert name in str(caught.value)


def test_an_unreadable_file_is_named(tmp_path):
    with pytest.raises(ParamsError, match=r"none\.yaml"):
        load_params(tmp_path / "none.yaml")
    (tmp_path / "torn.yaml").write_text("seed: [1")
    with pytest.raises(ParamsError, match=r"torn\.yaml"):
        load_params(tmp_path / "torn.yaml")


def test_parameters_cannot_be_changed():
    params = check_params(TREE)
    with pytest.raises(ValueError, match="frozen"):
        params.seed = 1


def test_run_settings_are_flat_and_the_run_s_own():
    params = check_params(TREE)
    for name, run in TREE["runs"].items():
        settings = run_settings(params, name)
        assert all(isinstance(value, str | int | float | bool) for value in settings.values())
        assert settings["seed"] == TREE["seed"]
        assert {key: settings[f"run.{key}"] for key in run} == run


def test_runs_that_differ_have_different_settings():
    params = check_params(TREE)
    settings = [tuple(run_settings(params, name).items()) for name in TREE["runs"]]
    assert len(set(settings)) == len(settings)
