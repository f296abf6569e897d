"""Small trained models with odd names, and their page as a process of its own."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from graphrec.config.paths import Paths
from graphrec.data.dataset import Dataset
from tests.models.test_saved import small_params, train_alone
from tests.pipeline import PROJECT
from tests.servers import free_port

ODD_USER = "a&b/c?d#é"
MARKUP = "<img src=x onerror=\"document.title='run'\"> & <b>bold</b>"
RATED, EVENTS = "movielens", "imdb"
RUN, OTHER_RUN, EVENTS_RUN = "movielens-base", "movielens-soft", "imdb-base"


def odd(data: Dataset) -> Dataset:
    """With an id that an address has to quote, and a title that looks like markup."""
    ids, titles = data.users.ids.tolist(), data.items.titles.tolist()
    popular = int(np.bincount(data.train.item).argmax())
    ids[0], titles[popular] = ODD_USER, MARKUP
    users = replace(data.users, ids=np.array(ids), titles=np.array(ids))
    return replace(data, users=users, items=replace(data.items, titles=np.array(titles)))


def train_runs(root: Path, rated: Dataset, events: Dataset) -> Paths:
    """Two runs of one data set, one of another, and what testing them gave."""
    for run, data in ((RUN, odd(rated)), (OTHER_RUN, odd(rated)), (EVENTS_RUN, events)):
        train_alone(run, data, small_params(run), root)
    paths = Paths(root)
    measured = {"test": {"mse": 0.7512, "ndcg_at_10": 0.4}, "test_standard_error": {"mse": 0.01}}
    results = {
        "runs": dict.fromkeys((RUN, OTHER_RUN, EVENTS_RUN), measured),
        "baselines": {RATED: {"popularity": measured}, EVENTS: {}},
        "best": {RATED: {"ndcg_at_10": {"run": OTHER_RUN}}},
    }
    paths.results.parent.mkdir()
    paths.results.write_text(json.dumps(results))
    return paths


@contextmanager
def served(root: Path):
    """The address of the page of the models below `root`."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "graphrec.answers.page", "--port", str(port)],
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = server.stdout.readline()
        assert f"open http://127.0.0.1:{port}" in said
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()
