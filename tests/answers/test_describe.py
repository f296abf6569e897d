"""What a model says of itself, and no measure of another training."""

import shutil

import pytest

from graphrec.answers.choice import choose
from graphrec.answers.describe import as_rows, describe
from graphrec.config.paths import Paths
from tests.answers.asked import RATED, answer, ask, csv_rows, load


@pytest.mark.parametrize("dataset", ["movielens", "imdb"])
def test_a_model_in_words_and_numbers(dataset, trained):
    paths = Paths(trained)
    tree = describe(choose(dataset=dataset, paths=paths), paths)
    data = load(paths.model(f"{dataset}-base")).predictor.data
    assert tree["run"] == f"{dataset}-base"
    assert tree["dataset"]["users"] == data.num_users
    assert tree["dataset"]["item"] == "movie"
    assert (tree["dataset"]["ratings"] is None) is (dataset == "imdb")
    assert (tree["model"], tree["layers"], tree["risk"]) == ("ngcf_final", 2, "total")
    assert "ranking.network" in tree["learned"]
    assert tree["valid"] == {"mse": 0.25}
    assert tree["test"] == {"mse": 0.5}
    assert {"name": "valid.mse", "value": 0.25} in as_rows(tree)


def test_measures_of_another_training_are_left_out(trained, tmp_path):
    paths = Paths(tmp_path / "copy")
    shutil.copytree(trained, paths.root)
    with paths.curves("imdb-base").open("a") as file:
        file.write("\n")
    assert "test" not in describe(choose(run="imdb-base", paths=paths), paths)


def test_the_formats_agree(workplace):
    names = [row["name"] for row in csv_rows("describe", *RATED)]
    assert {"run", "dataset.users", "best_epoch", "valid.mse", "test.mse"} <= set(names)
    assert [line.split()[0] for line in answer("describe", *RATED).splitlines()[1:]] == names
    assert '"best_epoch"' in ask("describe", *RATED, "--format", "json").stdout
