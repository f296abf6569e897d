"""A stage that cannot write says where, leaves no half file, and succeeds once it can."""

import json
import subprocess
import sys

import pytest

from tests.full_disk import STAGES
from tests.imports import ROOT
from tests.pipeline import environment

SHORT, MIDDLE = 16, 4096
"""Bytes that a file may have; with fewer torch cannot be imported."""


@pytest.fixture(scope="module")
def outcomes(project) -> dict:
    """What each stage said and left, by its name and the limit."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.full_disk", str(SHORT), str(MIDDLE)],
        cwd=project,
        env=environment(project) | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    listed = json.loads(done.stdout.splitlines()[-1])
    return {(outcome["stage"], outcome["limit"]): outcome for outcome in listed}


@pytest.mark.parametrize("limit", [SHORT, MIDDLE])
@pytest.mark.parametrize("stage", [stage for stage, *_ in STAGES])
def test_files_are_whole_or_absent(outcomes, stage, limit):
    outcome = outcomes[stage, limit]
    if limit == SHORT or outcome["error"]:
        assert "File too large" in outcome["error"]
        assert any(output in outcome["error"] for output in outcome["outputs"]), outcome["error"]
        assert outcome["left"].items() < outcome["before"].items()
    assert outcome["strays"] == []
    assert outcome["again"] == ""
    assert outcome["after"] == outcome["before"]
