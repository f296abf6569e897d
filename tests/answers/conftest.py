"""A place with a trained run of each data set, where a person would ask."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from graphrec.config.content import content_key
from graphrec.config.paths import Paths
from graphrec.data.storage import save_dataset
from stages.train import train
from tests.answers.asked import FORMULA, TWINS
from tests.models.test_saved import small_params


@pytest.fixture(scope="session")
def trained(movielens, imdb, tmp_path_factory) -> Path:
    """models/ and reports/ of two runs; some titles are such as make trouble."""
    paths = Paths(tmp_path_factory.mktemp("trained"))
    titles = movielens.data.items.titles.astype("U40")
    titles[:4] = [*TWINS, FORMULA, "Red \x1b[31m (1995)"]
    items = replace(movielens.data.items, titles=titles)
    best = {}
    for dataset, data in (
        ("movielens", replace(movielens.data, items=items)),
        ("imdb", imdb.data),
    ):
        run = f"{dataset}-base"
        save_dataset(paths.training(dataset), data)
        train(run, small_params(run), paths)
        best[dataset] = {"ndcg_at_10": {"run": run, "valid": 0.25, "test": 0.5}}
        tree = {"content": content_key(run, paths), "valid": {"mse": 0.25}, "test": {"mse": 0.5}}
        paths.evaluation(run).mkdir(parents=True)
        (paths.evaluation(run) / "evaluation.json").write_text(json.dumps(tree))
    paths.results.write_text(json.dumps({"best": best, "runs": {}, "baselines": {}}))
    return paths.root


@pytest.fixture
def workplace(trained, monkeypatch) -> Path:
    """The current folder is the project's root."""
    monkeypatch.chdir(trained)
    return trained
