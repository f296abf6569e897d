"""The project's own parameters, with a fault put into them."""

from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from graphrec.config.params import ParamsError, check_params

FILE = Path(__file__).parents[1] / "params.yaml"
TREE = yaml.safe_load(FILE.read_text())
PARAMS = check_params(TREE)


def walk(tree, path=()):
    """Path and value of every leaf; a list is one."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from walk(value, (*path, key))
        else:
            yield (*path, key), value


def sections(tree, path=()):
    """Path of every mapping."""
    yield path
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from sections(value, (*path, key))


# Values as the library reads them: a whole number may stand for a float in the file.
FIRST = next(iter(TREE["runs"]))  # one run stands for all: they have the same keys
LEAVES = [
    (path, value)
    for path, value in walk(check_params(TREE).model_dump())
    if path[0] != "runs" or path[1] == FIRST
]
SECTIONS = [path for path in sections(TREE) if path[:1] != ("runs",) or path[1:] == (FIRST,)]
INTEGERS = [path for path, value in LEAVES if type(value) is int]
FLOATS = [path for path, value in LEAVES if type(value) is float]
SWITCHES = [path for path, value in LEAVES if type(value) is bool]


def dotted(path) -> str:
    return ".".join(path)


def change(path, value) -> dict:
    """The project's own parameters with one value changed, or added."""
    tree = deepcopy(TREE)
    section = tree
    for key in path[:-1]:
        section = section[key]
    section[path[-1]] = value
    return tree


def fault(tree) -> str:
    with pytest.raises(ParamsError) as caught:
        check_params(tree)
    return str(caught.value)


def expect_fault(path, value) -> None:
    message = fault(change(path, value))
    assert dotted(path) in message
    assert repr(value) in message
