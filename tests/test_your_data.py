"""docs/your-data.md as a reader follows it: its entries, its files made up, its commands run."""

import json
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.imports import ROOT
from tests.pipeline import call, environment, git, make_repository

# The page's commands follow one another, as its reader's do.
pytestmark = pytest.mark.random_order(disabled=True)
DOC = (ROOT / "docs" / "your-data.md").read_text()
NUM_USERS, NUM_ITEMS, NUM_ROWS = 30, 25, 400


def blocks(language: str) -> list[str]:
    """The code of that language, in the order of the page."""
    return re.findall(rf"```{language}\n(.*?)```", DOC, re.DOTALL)


def merge(tree: dict, more: dict) -> dict:
    """`tree` with the entries of `more` added, section by section."""
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(tree.get(key), dict):
            merge(tree[key], value)
        else:
            tree[key] = value
    return tree


def pairs(seed: int) -> pd.DataFrame:
    """Users and items, no pair twice; tastes in two groups, so that there is something to learn."""
    rng = np.random.default_rng(seed)
    every = np.argwhere(np.ones((NUM_USERS, NUM_ITEMS), bool))
    alike = (every[:, 0] % 2 == every[:, 1] % 2) + 0.2
    chosen = every[rng.choice(len(every), NUM_ROWS, replace=False, p=alike / alike.sum())]
    return pd.DataFrame(chosen, columns=["user", "item"]).assign(
        rating=rng.integers(1, 11, NUM_ROWS) / 2,
        time=1_500_000_000 + rng.integers(0, 10**7, NUM_ROWS),
    )


def write_films(folder) -> None:
    table = pairs(0)
    table.columns = ["userId", "movieId", "rating", "timestamp"]
    table.to_csv(folder / "ratings.csv", index=False)
    genres = ["Comedy|Drama", "(no genres listed)", "Drama", "Sci-Fi"]
    rows = [
        f'{item},"Film, The {item} (1995)",{genres[item % len(genres)]}'
        for item in range(NUM_ITEMS)
    ]
    (folder / "movies.csv").write_text("\n".join(["movieId,title,genres", *rows]) + "\n")


def write_colons(folder) -> None:
    table = pairs(1).assign(rating=lambda table: table["rating"].clip(1).astype(int))
    lines = ["::".join(map(str, row)) for row in table.itertuples(index=False)]
    (folder / "ratings.dat").write_text("\n".join(lines) + "\n")


def write_shop(folder) -> None:
    table = pairs(2)
    ids = [f"{number:08x}-0000-4000-8000-{number:012x}" for number in range(NUM_USERS)]
    bought = pd.to_datetime(table["time"], unit="s").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    events = pd.DataFrame(
        {
            "customer": [ids[user] for user in table["user"]],
            "product": table["item"],
            "bought_at": bought,
        }
    )
    pd.concat([events, events.head(5)]).to_csv(folder / "purchases.csv", index=False)


def write_plays(folder) -> None:
    table = pairs(3)[["user", "item"]].set_axis(["listener", "song"], axis=1)
    held = np.arange(len(table)) % 5 == 0
    table[~held].to_parquet(folder / "train.parquet")
    table[held].to_parquet(folder / "test.parquet")


WRITE = {"films": write_films, "colons": write_colons, "shop": write_shop, "plays": write_plays}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with the page's four data sets in place of its own, two epochs a run."""
    root = tmp_path_factory.mktemp("your-data")
    tree = yaml.safe_load((ROOT / "params.yaml").read_text())
    tree |= {"archives": {}, "datasets": {}, "runs": {}}
    tree["train"]["epochs"] = 2
    for text in blocks("yaml"):
        merge(tree, yaml.safe_load(text))
    make_repository(root, tree)
    for name, write in WRITE.items():
        folder = root / "data" / "raw" / name
        folder.mkdir(parents=True)
        write(folder)
    return root


def test_every_data_set_of_the_page_has_files_here():
    entries = [name for text in blocks("yaml") for name in yaml.safe_load(text).get("datasets", {})]
    assert entries == list(WRITE)


def test_from_files_to_evaluated_runs_by_parameters_alone(project):
    first, second = blocks("sh")
    for command in first.splitlines():
        output = call(project, *command.split())
    assert "films-final" in output
    metrics = json.loads((project / "reports" / "metrics.json").read_text())
    assert set(metrics) == {
        "films-ngcf",
        "films-final",
        "colons-lightgcn",
        "shop-final",
        "plays-ngcf",
    }
    for values in metrics.values():
        assert {"loss", "mse", "log_error", "ndcg_at_10"} <= set(values["test"])
    assert "rmse" in metrics["films-final"]["test"]
    assert "auc" in metrics["shop-final"]["test"]
    for name in WRITE:
        assert (project / "reports" / "exploration" / name / "degrees.png").exists()
    audit = json.loads((project / "reports" / "audit" / "shop.json").read_text())
    assert audit["left_out"]

    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "four data sets")
    for command in second.splitlines():
        program, *arguments = command.split()
        if program == "git":
            git(project, *arguments)
        else:
            call(project, program, *arguments)
    assert (project / "data" / "raw" / "films.dvc").exists()


def test_the_page_s_python_gives_a_valid_graph(project):
    (code,) = blocks("python")
    checked = f"{code}\nassert data.validate()\nprint(data)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", checked],
        cwd=project,
        env=environment(project),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "(person, rating, film)" in done.stdout
