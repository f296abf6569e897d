"""A tiny project of its own tables in which every stage has run, and commands called within it."""

import runpy
import signal
import sys
from copy import deepcopy
from pathlib import Path

import numpy as np
import torch
import yaml

from tests.faults import TREE

SPLIT = {"strategy": "random", "test_fraction": 0.2, "valid_fraction": 0.2}
NAMES = {"reader": "table", "user_name": "user", "item_name": "item", "interaction_name": "rating"}
TABLE = {"interactions": "ratings.csv", "user": "user", "item": "item"}
STARS = {"minimum": 1, "maximum": 5, "relevance_threshold": 3}
RUN = {**TREE["runs"]["movielens-base"], "dataset": "shop", "hyperparameters": "small"}
PREPARED, TEST = "data/prepared/shop/training.npz", "data/prepared/shop/test.npz"
RAW = "data/raw/shop/ratings.csv"
MODEL = "models/shop-base"
WEIGHTS, SETTINGS = f"{MODEL}/weights.safetensors", f"{MODEL}/settings.json"
CURVES = f"{MODEL}/curves.csv"
EVALUATION = "reports/evaluation/shop-base/evaluation.json"
USERS = "reports/evaluation/shop-base/users.npz"
BASELINES = "reports/baselines/shop/evaluation.json"
SHARED = ("mlflow.db.lock",)
"""Files that a command may leave whatever happens."""


def make_params() -> dict:
    tree = deepcopy(TREE)
    tree["datasets"] = {
        "shop": {**NAMES, "ratings": STARS, "split": SPLIT, "table": {**TABLE, "rating": "rating"}},
        "club": {**NAMES, "ratings": None, "split": SPLIT, "table": TABLE},
    }
    small = deepcopy(tree["hyperparameters"]["explicit"])
    small["lightgcn"]["embedding_dim"] = small["ngcf"]["embedding_dim"] = 4
    small["ngcf_final"]["rating"]["embedding_dim"] = 4
    small["ngcf_final"]["ranking"]["embedding_dim"] = 4
    tree["hyperparameters"]["small"] = small
    tree["train"]["epochs"], tree["threads"] = 2, 1
    tree["evaluate"] = {"k": [10, 20], "n_resamples": 2}
    tree["runs"] = {
        "shop-base": {**RUN, "model": "lightgcn"},
        "shop-final": {**RUN, "model": "ngcf_final"},
        "club-base": {**RUN, "dataset": "club", "model": "lightgcn"},
    }
    return tree


def ratings(num_users: int = 24, num_items: int = 14, seed: int = 0) -> str:
    rng = np.random.default_rng(seed)
    rows = ["user,item,rating"]
    for user in range(num_users):
        for item in rng.choice(num_items, size=8, replace=False):
            rows.append(f"u{user},i{item},{rng.integers(1, 6)}")
    return "\n".join(rows) + "\n"


def write_project(root: Path) -> None:
    """The files that a person writes."""
    (root / "params.yaml").write_text(yaml.safe_dump(make_params(), sort_keys=False))
    for dataset in ("shop", "club"):
        folder = root / "data" / "raw" / dataset
        folder.mkdir(parents=True)
        (folder / "ratings.csv").write_text(ratings())


def run_all() -> None:
    """Every stage, in the current folder."""
    for dataset in ("shop", "club"):
        for stage in ("preprocess", "explore", "baseline"):
            call(f"{stage} {dataset}")
    for run in make_params()["runs"]:
        call(f"train {run}")
        call(f"evaluate {run}")
    for dataset in ("shop", "club"):
        call(f"curves {dataset}")
    call("report")


def call(command: str | list[str]) -> int:
    """Exit code of `python -m stages.<command>`, run in this process."""
    name, *arguments = command.split() if isinstance(command, str) else command
    module = name if "." in name else f"stages.{name}"
    before = sys.argv, signal.getsignal(signal.SIGTERM), torch.get_num_threads()
    earlier = sys.modules.pop(module, None)
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1
    finally:
        sys.argv = before[0]
        signal.signal(signal.SIGTERM, before[1])
        torch.set_num_threads(before[2])
        if earlier is not None:
            sys.modules[module] = earlier
    return 0


def files_of(root: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file that a command could have written."""
    return {
        path.relative_to(root).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file() and path.name not in SHARED
    }
