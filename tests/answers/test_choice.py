"""Which run answers: the one asked for, or the best by validation."""

import json
import shutil

import pytest

from graphrec.answers.choice import choose
from graphrec.answers.errors import AnswerError, UsageError
from graphrec.config.paths import Paths
from tests.answers.asked import RATED, ask, refused


@pytest.fixture
def paths(trained, tmp_path) -> Paths:
    """A copy, to be damaged."""
    shutil.copytree(trained, tmp_path / "copy")
    return Paths(tmp_path / "copy")


def test_the_best_run_of_a_data_set(paths):
    choice = choose(dataset="imdb", paths=paths)
    assert (choice.name, choice.folder) == ("imdb-base", paths.model("imdb-base"))
    assert "best run on imdb, ndcg_at_10 on validation 0.2500" in choice.reason
    with pytest.raises(UsageError, match="imdb, movielens"):
        choose(paths=paths)


def test_a_single_data_set_needs_no_name(paths):
    tree = json.loads(paths.results.read_text())
    del tree["best"]["movielens"]
    paths.results.write_text(json.dumps(tree))
    assert choose(paths=paths).name == "imdb-base"


def test_a_run_by_name_needs_no_report(paths):
    paths.results.unlink()
    assert choose(run="movielens-base", paths=paths).name == "movielens-base"
    with pytest.raises(AnswerError, match=r"name a run with --run \(imdb-base, movielens-base\)"):
        choose(dataset="imdb", paths=paths)


@pytest.mark.parametrize("run", ["imdb-bsae", "", ".", "..", "/", "../models/imdb-base"])
def test_another_run_lists_those_that_are_there(run, paths):
    with pytest.raises(AnswerError, match=r"choose one of .*imdb-base"):
        choose(run=run, paths=paths)


def test_another_data_set_lists_the_nearest_first(paths):
    with pytest.raises(AnswerError, match="choose one of movielens, imdb"):
        choose(dataset="movielense", paths=paths)


@pytest.mark.parametrize("name", ["settings.json", "data.npz", "weights.safetensors"])
@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\x00" * 100])
def test_a_damaged_folder_is_said_to_be(name, content, paths):
    (paths.model("imdb-base") / name).write_bytes(content)
    with pytest.raises(AnswerError, match="expected a whole model folder"):
        choose(run="imdb-base", paths=paths).load()


def test_who_answers_is_said_on_stderr(workplace):
    result = ask("recommend", *RATED, "--user", "3")
    assert result.stderr.startswith("graphrec: movielens-base answers: the best run on movielens")
    assert "run `make promote` first" in refused("recommend", "--model", "graphrec-x@champion")
