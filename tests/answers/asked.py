"""The command line called in this process."""

import csv
import io
import json
from functools import cache
from pathlib import Path

from click.testing import CliRunner, Result

from graphrec.answers.commands import graphrec
from graphrec.answers.named import NamedAnswers
from graphrec.answers.predictor import Predictor

TWINS = ("Twin (1990)", "Twin (1990)")
FORMULA = "=1+1"
RATED = ("--dataset", "movielens")
EVENTS = ("--dataset", "imdb")


@cache
def load(folder: Path) -> NamedAnswers:
    """The model of a folder, loaded once for all tests."""
    return NamedAnswers(Predictor.load(folder))


def ask(*command: str) -> Result:
    """What `graphrec` answers; nothing but an exit may end it."""
    result = CliRunner().invoke(graphrec, command)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def answer(*command: str) -> str:
    """What it prints; it has to end well."""
    result = ask(*command)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def rows(*command: str) -> list[dict]:
    return json.loads(answer(*command, "--format", "json"))


def csv_rows(*command: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer(*command, "--format", "csv"))))


def refused(*command: str, code: int = 1) -> str:
    """The one line on stderr of a question that is turned down."""
    result = ask(*command)
    assert result.exit_code == code, (result.stdout, result.stderr)
    assert result.stdout == ""
    last = result.stderr.splitlines()[-1]
    assert last.startswith("graphrec: ")
    assert "Traceback" not in result.stderr
    if code == 2:
        assert len(result.stderr.splitlines()) == 1
    for word in ("expected", "got", ":"):
        assert word in last
    return last
