"""docs/using-the-models.md: every command in it runs, and answers with the columns shown."""

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from graphrec.answers.commands import graphrec
from graphrec.config.paths import Paths
from graphrec.tracking import Tracker
from graphrec.tracking.promotion import CHAMPION
from tests.imports import ROOT
from tests.pipeline import RUNS, call

PAGE = ROOT / "docs" / "using-the-models.md"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
TITLE = re.compile(r"--item [^\d]|--likes|--ratings")
"""Names that the real data set alone has."""
REAL = Paths(ROOT)


def examples() -> Iterator[tuple[str, list[str]]]:
    """Each command of the bash blocks, and what the page says that it prints."""
    for language, block in BLOCK.findall(PAGE.read_text()):
        lines = block.replace("\\\n", "").splitlines() if language == "bash" else []
        starts = [place for place, line in enumerate(lines) if line.startswith("graphrec ")]
        for start, end in pairwise([*starts, len(lines)]):
            yield lines[start], [line.removeprefix("# ") for line in lines[start + 1 : end]]


EXAMPLES = dict(examples())


@pytest.fixture
def files(tmp_path) -> Path:
    """An empty folder but for what the page says of mine.csv, film.json and users.txt."""
    blocks = dict(BLOCK.findall(PAGE.read_text()))
    (tmp_path / "mine.csv").write_text(blocks["csv"])
    (tmp_path / "film.json").write_text(blocks["json"])
    (tmp_path / "users.txt").write_text("7\n12\n")
    return tmp_path


@pytest.fixture(scope="module")
def promoted(project) -> Path:
    """The small project, its run registered and called champion, good as it may be."""
    call(project, "stages.promote")
    client = Tracker(f"sqlite:///{project / 'mlflow.db'}").client
    client.set_registered_model_alias("graphrec-movielens", CHAMPION, "1")
    return project


def run(command: str, shown: list[str]) -> list[str]:
    """The lines it prints; it has to end as the page says, in an answer or in one line."""
    result = CliRunner().invoke(graphrec, shlex.split(command)[1:])
    fault = any(line.startswith("graphrec: expected") for line in shown)
    assert result.exit_code == fault, result.stderr
    return (result.stdout or result.stderr.splitlines()[-1]).splitlines()


def test_the_page_is_a_page_with_every_command():
    assert len(PAGE.read_text().splitlines()) <= 155
    assert {command.split()[1] for command in EXAMPLES} == set(graphrec.commands)


@pytest.mark.parametrize("command", [each for each in EXAMPLES if not TITLE.search(each)])
def test_a_command_runs_in_a_small_project(command, promoted, files, monkeypatch):
    for name in ("models", "reports", "mlflow.db", "mlartifacts"):
        (files / name).symlink_to(promoted / name)
    monkeypatch.chdir(files)
    for name in ("MLFLOW_TRACKING_URI", "DVC_ROOT"):
        monkeypatch.delenv(name, raising=False)
    assert run(command, EXAMPLES[command])


@pytest.mark.skipif(
    not all(REAL.weights(run).exists() for run in RUNS) or not REAL.results.exists(),
    reason="needs the trained models: run `dvc repro` or `dvc pull`",
)
@pytest.mark.parametrize("command", [each for each in EXAMPLES if "--model" not in each])
def test_a_command_answers_as_the_page_shows(command, files, monkeypatch):
    """Heads and numbers of rows; values are those of the models at hand."""
    for name in ("models", "reports"):
        (files / name).symlink_to(ROOT / name)
    monkeypatch.chdir(files)
    shown = EXAMPLES[command]
    printed = run(command, shown)
    assert printed[0].split() == shown[0].split()
    assert len(printed) == len(shown) or "…" in shown
