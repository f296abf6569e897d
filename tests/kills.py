"""Kills trainings at random moments, and holds what they leave at last against unbroken ones.

Run as `python -m tests.kills --kills 100`. The killed processes are the train stage itself, on tiny
data sets, with a checkpoint after each step; each is started again until it ends.
"""

import argparse
import multiprocessing
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from itertools import cycle, product
from pathlib import Path

import numpy as np
from tqdm import tqdm

from graphrec.config.params import Params, check_params
from graphrec.config.paths import Paths
from graphrec.data.prepare import prepare
from graphrec.data.readers.choice import read_raw
from graphrec.data.storage import save_dataset
from graphrec.training.fitting import make_repeatable
from stages.train import train
from tests.faults import TREE
from tests.published import write_imdb, write_movielens

EPOCHS, BATCH_SIZE, SEED = 3, 128, 2020
GOES_ON, ANEW = "training goes on", "training starts anew"
TABLE = {
    "reader": "table",
    "user_name": "user",
    "item_name": "item",
    "interaction_name": "rating",
    "ratings": {"minimum": 1, "maximum": 5, "relevance_threshold": 4},
    "split": {"strategy": "random", "test_fraction": 0.2, "valid_fraction": 0.1},
    "table": {"interactions": "ratings.csv", "user": "user", "item": "item", "rating": "rating"},
}


def write_table(folder: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    pairs = np.argwhere(rng.random((40, 30)) < 0.4)
    rows = [f"{user},{item},{rng.integers(1, 6)}" for user, item in pairs.tolist()]
    (folder / "ratings.csv").write_text("\n".join(["user,item,rating", *rows]) + "\n")


DATA: dict[str, tuple[str, str, Callable[[Path, int], None]]] = {
    "movielens": ("ngcf_final", "explicit", write_movielens),
    "imdb": ("ngcf_final", "attributes", write_imdb),
    "table": ("ngcf", "explicit", write_table),
}
"""Model, hyper-parameters and files of each data set."""


def make_params() -> Params:
    """A run for each data set, loader, and with and without refit."""
    tree = deepcopy(TREE)
    tree["threads"] = 1
    tree["train"]["epochs"] = EPOCHS
    tree["datasets"]["table"] = TABLE
    for settings in tree["hyperparameters"].values():
        settings["batch_size"] = BATCH_SIZE
    tree["runs"] = {
        f"{name}{'-soft' * soft}{'-refit' * refit}": {
            "dataset": name,
            "model": model,
            "layers": 2,
            "soft_sampling": soft,
            "risk": "total",
            "hyperparameters": settings,
            "refit": refit,
        }
        for (name, (model, settings, _)), soft, refit in product(
            DATA.items(), (False, True), (False, True)
        )
    }
    return check_params(tree)


def make_data(params: Params, paths: Paths) -> None:
    for name, (_, _, write) in DATA.items():
        write(paths.raw(name), SEED)
        about = params.datasets[name]
        data, _ = prepare(read_raw(paths.raw(name), about), about, SEED)
        save_dataset(paths.training(name), data)


def train_logged(name: str, params: Params, paths: Paths, log: Path) -> None:
    """The stage's work in a process of its own, its words in a file."""
    tqdm.set_lock(threading.RLock())  # the one between processes would outlive a killed one
    with log.open("a") as file, redirect_stdout(file), redirect_stderr(file):
        train(name, params, paths, checkpoint_seconds=0)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Trial:
    """Trainings of all runs below one folder."""

    def __init__(self, root: Path) -> None:
        self.params, self.paths = make_params(), Paths(root)
        make_data(self.params, self.paths)
        self.log = root / "log"
        self.count: Counter[str] = Counter()
        # Forks have imported everything: what is killed is training, not the start of Python.
        self.context = multiprocessing.get_context("fork")

    def start(self, name: str, seconds: float | None = None) -> bool:
        """Whether the training ended; after so many seconds it is killed."""
        self.log.unlink(missing_ok=True)
        process = self.context.Process(
            target=train_logged, args=(name, self.params, self.paths, self.log)
        )
        process.start()
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
        told = self.log.read_text() if self.log.exists() else ""
        self.count["went on"] += GOES_ON in told
        assert ANEW not in told, told
        assert process.exitcode in (0, -9), told
        return process.exitcode == 0

    def unbroken(self, name: str) -> tuple[dict[str, bytes], float]:
        """What the run leaves, and the seconds that it takes."""
        began = time.perf_counter()
        assert self.start(name)
        return self.take(name), time.perf_counter() - began

    def take(self, name: str) -> dict[str, bytes]:
        """What the run has left, which is removed, and nothing else."""
        left = files_of(self.paths.model(name))
        assert not self.paths.checkpoints(name).exists()
        for path in self.paths.model(name).iterdir():
            path.unlink()
        return left

    def broken(self, name: str, seconds: float, rng: np.random.Generator) -> None:
        """Kill it until it ends by itself."""
        while not self.start(name, rng.uniform(0, seconds)):
            self.count["kills"] += 1
        self.count["ends"] += 1


def main(arguments: Sequence[str] | None = None) -> Counter[str]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", nargs="*", help="names of some; all if none is named")
    options = parser.parse_args(arguments)
    make_repeatable(SEED, 1)  # imports for seconds; more threads would not outlive a fork
    rng = np.random.default_rng(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder))
        expected = {}
        for name in cycle(options.runs or trial.params.runs):
            if trial.count["kills"] >= options.kills:
                break
            if name not in expected:
                expected[name] = trial.unbroken(name)
            left, seconds = expected[name]
            trial.broken(name, seconds, rng)
            assert trial.take(name) == left, f"{name}: other bytes than without a kill"
            print(f"{name}: the same {len(left)} files; {dict(trial.count)}", flush=True)
    return trial.count


if __name__ == "__main__":
    main(sys.argv[1:])
