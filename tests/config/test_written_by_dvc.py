"""params.yaml is written as DVC would write it: a changed key is one changed line."""

import shutil

import pytest
from dvc.utils.hydra import apply_overrides
from dvc.utils.serialize import modify_yaml

from graphrec.config.params import load_params
from tests.faults import FILE, TREE, dotted, walk

SCALARS = [path for path, value in walk(TREE) if not isinstance(value, list)]


@pytest.fixture
def copy(tmp_path):
    return shutil.copy(FILE, tmp_path / "params.yaml")


def changed_lines(copy) -> list[tuple[str, str]]:
    before, after = (path.read_text().splitlines() for path in (FILE, copy))
    return [pair for pair in zip(before, after, strict=True) if len(set(pair)) > 1]


def test_written_without_a_change_it_is_the_same(copy):
    with modify_yaml(copy) as tree:
        assert tree == TREE
    assert copy.read_bytes() == FILE.read_bytes()


@pytest.mark.parametrize(
    "override",
    [
        "hyperparameters.explicit.learning_rate=1e-05",
        "runs.imdb-base.layers=4",
        "runs.imdb-base.refit=true",
    ],
)
def test_set_param_changes_one_line_of_a_file_that_stays_valid(copy, override):
    apply_overrides(copy, [override])
    key, value = override.split("=")
    ((_, after),) = changed_lines(copy)
    assert after.split() == [f"{key.split('.')[-1]}:", value]
    load_params(copy)


def test_every_key_has_a_line_of_its_own(copy):
    """Of lists too: they stand in block style."""
    for path in SCALARS:
        shutil.copy(FILE, copy)
        with modify_yaml(copy) as tree:
            section = tree
            for key in path[:-1]:
                section = section[key]
            section[path[-1]] = 12345
        ((_, after),) = changed_lines(copy)
        assert after.strip() == f"{path[-1]}: 12345", dotted(path)
