"""How the command line is used: its help, and what is wrong in one line."""

import subprocess
import sys
import time

import pytest

from tests.answers.asked import RATED, answer, refused
from tests.imports import ROOT

pytestmark = pytest.mark.usefixtures("workplace")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["recommend", "-k", "0"], "expected 1 item or more for -k, got 0"),
        (["recommend", "-k", "-3"], "got -3"),
        (["recommend", "-k", "ten"], "got ten"),
        (["recommend", "--user", "1", "--likes", "5"], "one of --user, --likes, --ratings"),
        (["recommend", "--run", "a", "--dataset", "b"], "one of --run, --model, --dataset"),
        (["recommend"], "--dataset with one of imdb, movielens"),
        (["recommend", "--usr", "1"], "got --usr: write --user"),
        (["similar"], "expected --item, got none"),
        (["recommend", "--format", "xml"], "'xml'"),
        (["recomend"], "recomend"),
        (["batch", "--out", "top.xlsx"], "ends with .parquet, .csv, .json"),
        (["batch", "--out", "nowhere/top.csv"], "make its folder first"),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(command, message):
    source = RATED if message.startswith("one of --user") else ()
    assert message in refused(*command, *source, code=2)


@pytest.mark.parametrize("command", ["recommend", "similar", "score", "batch", "describe"])
def test_every_command_has_an_example(command):
    text = answer(command, "--help")
    assert f"  graphrec {command} --" in text


def test_help_answers_at_once():
    """Without the libraries that take seconds to import."""
    code = (
        "import sys, graphrec.__main__; heavy = {'torch', 'pandas', 'mlflow', 'numpy', 'pydantic'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        command = [sys.executable, "-m", "graphrec", "--help"]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        seconds.append(time.perf_counter() - start)
        assert done.stdout.startswith("Usage: graphrec ")
    assert min(seconds) < 0.5
