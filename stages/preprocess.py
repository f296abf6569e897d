"""Read and split a data set, and fail if anything held out leaks.

Run as `python -m stages.preprocess <data set>`.
"""

import json

from graphrec.config.edge import run_command
from graphrec.config.files import write_text
from graphrec.config.params import load_params, select_dataset
from graphrec.config.paths import Paths
from graphrec.data.audit import audit_split
from graphrec.data.prepare import prepare
from graphrec.data.readers.choice import read_raw
from graphrec.data.splits import describe_test
from graphrec.data.storage import save_dataset, save_held_out


def main(dataset: str) -> None:
    paths = Paths()
    params = load_params()
    about = select_dataset(params, dataset)
    raw = read_raw(paths.raw(dataset), about)
    data, test = prepare(raw, about, params.seed)
    counts = audit_split(data, test, raw) | describe_test(data, test)
    save_dataset(paths.training(dataset), data)
    save_held_out(paths.test(dataset), test)
    report = {"left_out": raw.left_out, **counts}
    write_text(paths.audit(dataset), json.dumps(report, indent=2) + "\n")
    for what, count in raw.left_out.items():
        print(f"{dataset}: left out: {count:,} {what}")
    print(f"{dataset}: {counts}")


if __name__ == "__main__":
    run_command("preprocess", main, "data set")
