"""Names come from params.yaml, which others may have written: no shell ever reads one."""

import subprocess
import sys
from copy import deepcopy

import pytest

from tests.faults import TREE
from tests.pipeline import environment, make_repository
from tests.test_pipeline import STAGES, definition

HOSTILE = ("a;touch pwned", "$(touch pwned)", "a`touch pwned`", "a|touch pwned")


@pytest.mark.parametrize("stage", STAGES)
def test_no_command_is_made_of_names(stage):
    assert "${" not in definition(stage)["cmd"]


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    root = tmp_path_factory.mktemp("hostile-names")
    tree = deepcopy(TREE)
    for name in HOSTILE:
        tree["archives"][name] = TREE["archives"]["movielens"]
    make_repository(root, tree)
    return root


@pytest.mark.parametrize("name", HOSTILE)
def test_dvc_runs_nothing_that_a_name_says(repository, name):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "dvc", "repro", f"download@{name}"],
        cwd=repository,
        env=environment(repository),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "expected the name of the archive in lower-case" in done.stderr + done.stdout
    assert not list(repository.rglob("pwned"))
