"""Every fault in params.yaml is told with its key, its value and what is allowed."""

from copy import deepcopy

import pytest
from pydantic import BaseModel

from graphrec.config.params import Params, ParamsError, check_params, load_params
from tests.faults import (
    FILE,
    FLOATS,
    INTEGERS,
    LEAVES,
    PARAMS,
    SECTIONS,
    SWITCHES,
    TREE,
    change,
    dotted,
    expect_fault,
    fault,
    walk,
)

WRITTEN = [path for path, _ in walk(TREE)]


def section_of(params: Params, path) -> BaseModel:
    """The section that holds the last key of `path`."""
    section = params
    for key in path[:-1]:
        section = section[key] if isinstance(section, dict) else getattr(section, key)
    return section


def is_required(path) -> bool:
    return type(section_of(PARAMS, path)).model_fields[path[-1]].is_required()


def without(path) -> dict:
    """The project's own parameters without one key."""
    tree = deepcopy(TREE)
    section = tree
    for key in path[:-1]:
        section = section[key]
    del section[path[-1]]
    return tree


REQUIRED = [path for path, _ in LEAVES if is_required(path)]
OPTIONAL = [path for path in WRITTEN if not is_required(path)]


def test_the_project_s_own_file_is_valid():
    assert isinstance(load_params(FILE), Params)


@pytest.mark.parametrize("path", REQUIRED, ids=dotted)
def test_a_missing_key_is_named(path):
    message = fault(without(path))
    assert dotted(path) in message
    assert "missing" in message


@pytest.mark.parametrize("path", OPTIONAL, ids=dotted)
def test_a_key_with_a_default_may_be_missing(path):
    section = section_of(check_params(without(path)), path)
    field = type(section).model_fields[path[-1]]
    default = field.get_default(call_default_factory=True, validated_data=section.model_dump())
    assert getattr(section, path[-1]) == default


def test_only_what_not_every_data_set_has_may_be_missing():
    assert {path[-1] for path in OPTIONAL} == {"name", "folder", "fold"}


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
    text = "4e+00" if "ratings" in path else "1e-05"  # a scale has to hold its own threshold
    value = getattr(section_of(check_params(change(path, text)), path), path[-1])
    assert value == float(text)
    assert type(value) is float


@pytest.mark.parametrize("path", SWITCHES, ids=dotted)
@pytest.mark.parametrize("value", ["yes", 1, 0, None], ids=repr)
def test_a_switch_is_true_or_false(path, value):
    expect_fault(path, value)


@pytest.mark.parametrize(
    ("path", "value", "allowed"),
    [
        (("hyperparameters", "explicit", "learning_rate"), 0.0, "greater than 0"),
        (("hyperparameters", "implicit", "monitor"), "mse", "'cross_entropy' or 'ndcg_at_10'"),
        (("train", "ema_decay"), 1.0, "less than 1"),
        (("train", "soft_ratio"), -0.5, "greater than 0"),
        (("train", "epochs"), 0, "greater than or equal to 1"),
        (("datasets", "movielens", "split", "strategy"), "folds", "'published', 'random'"),
        (("datasets", "movielens", "split", "valid_fraction"), 1, "less than 1"),
        (("datasets", "movielens", "ratings", "relevance_threshold"), 6, "from 1.0 to 5.0"),
        (("datasets", "movielens", "ratings", "maximum"), 1, "above the minimum, 1.0"),
        (("evaluate", "k"), [], "at least 1"),
        (("evaluate", "k"), [0], "greater than or equal to 1"),
        (("evaluate", "n_resamples"), 1, "greater than or equal to 2"),
        (("train", "num_neighbors"), 10, "valid list"),
        (("filters", "rating", "item_over_relaxation"), [3], "1, 2 or 4"),
        (("filters", "rating", "scales", "item"), -0.5, "greater than or equal to 0"),
        (("filters", "ranking", "dropout"), 1.0, "less than 1"),
        (("filters", "ranking", "walk_exponents"), [0.5, 0.5], "at least 3"),
        (("filters", "ranking", "vectors"), 0, "greater than or equal to 1"),
        (("time_aware", "day", "resolution"), "hour", "'second' or 'day'"),
        (("runs", "imdb-base", "risk"), "bpr", "'total' or 'mse'"),
        (("runs", "imdb-base", "dataset"), "netflix", "'movielens', 'imdb'"),
        (("runs", "imdb-base", "hyperparameters"), "best", "'explicit', 'implicit', 'attributes'"),
        (("runs", "imdb-base", "model"), "svd", "'ngcf', 'ngcf_final' or 'lightgcn'"),
    ],
    ids=lambda value: dotted(value) if isinstance(value, tuple) else None,
)
def test_a_value_out_of_range_is_told_with_what_is_allowed(path, value, allowed):
    message = fault(change(path, value))
    assert dotted(path) in message
    assert repr(value).strip("[]") in message
    assert allowed in message


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


@pytest.mark.parametrize("tree", [None, [], "runs", {}], ids=repr)
def test_a_file_without_sections_is_refused(tree):
    assert fault(tree)


def test_an_unreadable_file_is_named(tmp_path):
    with pytest.raises(ParamsError, match=r"none\.yaml"):
        load_params(tmp_path / "none.yaml")
    (tmp_path / "torn.yaml").write_text("seed: [1")
    with pytest.raises(ParamsError, match=r"torn\.yaml"):
        load_params(tmp_path / "torn.yaml")


def test_parameters_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        PARAMS.seed = 1
