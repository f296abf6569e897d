"""What the Makefile does beyond calling the stages."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline import PROJECT, environment, git

VENV = Path(sys.executable).parents[1]


@pytest.fixture
def unpacked(tmp_path) -> Path:
    """A project as from a zip: with DVC's settings and no git."""
    if shutil.which("make") is None:
        pytest.skip("needs make")
    shutil.copy(PROJECT / "Makefile", tmp_path)
    (tmp_path / ".dvc").mkdir()
    shutil.copy(PROJECT / ".dvc" / "config", tmp_path / ".dvc")
    return tmp_path


def make(project: Path, *targets: str) -> subprocess.CompletedProcess:
    """With this environment as the one that is set up; not as a part of another make."""
    variables = environment(project) | {"GIT_CEILING_DIRECTORIES": str(project.parent)}
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        variables.pop(name, None)
    return subprocess.run(
        ["make", *targets, f"VENV={VENV}", "--old-file", f"{VENV}/.ready"],
        cwd=project,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_dvc_is_told_that_there_is_no_git_and_told_again_once_there_is(unpacked):
    settings = unpacked / ".dvc" / "config.local"
    for _ in range(2):
        assert "No git repository" in make(unpacked, "scm").stdout
        assert "no_scm = true" in settings.read_text()
    git(unpacked, "init", "--quiet")
    assert make(unpacked, "scm").stdout == ""
    assert "no_scm" not in settings.read_text()


def test_experiments_are_refused_without_a_commit(unpacked):
    refused = make(unpacked, "grid")
    assert refused.returncode != 0
    assert "expected a git repository with a commit" in refused.stdout
