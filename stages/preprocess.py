"""Read and split a data set, and fail if anything held out leaks.

Run as `python -m stages.preprocess <data set>`.
"""

import json

import numpy as np

from graphrec.config.datasets import DatasetParams
from graphrec.config.edge import run_command
from graphrec.config.files import write_text
from graphrec.config.params import load_params, select_dataset
from graphrec.config.paths import Paths
from graphrec.data.audit import audit_split
from graphrec.data.prepare import hold_out, split
from graphrec.data.readers.choice import read_raw
from graphrec.data.splits import describe_test
from graphrec.data.storage import save_dataset, save_held_out


def main(dataset: str) -> None:
    params = load_params()
    counts = preprocess(dataset, select_dataset(params, dataset), params.seed, Paths())
    print(f"{dataset}: {counts}")


def preprocess(dataset: str, about: DatasetParams, seed: int, paths: Paths) -> dict[str, float]:
    """Write both parts and the audit, print what was left out, and return what was counted.

    Raises DataError where files are not as `about` says, LeakError where a part leaks.
    """
    raw = read_raw(paths.raw(dataset), about)
    users, items, left_out, num_read = raw.users, raw.items, raw.left_out, len(raw)
    rng = np.random.default_rng(seed)
    parts = split(raw, about, seed, rng)
    del raw  # not held beside its parts: a table may nearly fill the memory
    data, test = hold_out(parts, users, items, about, rng)
    counts = audit_split(data, test, num_read, users, items) | describe_test(data, test)
    save_dataset(paths.training(dataset), data)
    save_held_out(paths.test(dataset), test)
    report = {"left_out": left_out, **counts}
    write_text(paths.audit(dataset), json.dumps(report, indent=2) + "\n")
    for what, count in left_out.items():
        print(f"{dataset}: left out: {count:,} {what}")
    return counts


if __name__ == "__main__":
    run_command("preprocess", main, "data set")
