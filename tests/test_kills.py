"""A few real kills; `python -m tests.kills --kills 100` makes more, of every run."""

import subprocess
import sys

from tests.imports import ROOT


def test_killed_trainings_end_with_the_bytes_of_unbroken_ones():
    # A process of its own: it forks, which one that has computed with threads must not.
    command = ("tests.kills", "--kills", "6", "--runs", "movielens-soft-refit", "table")
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the same 5 files" in done.stdout
