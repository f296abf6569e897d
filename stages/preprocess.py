"""Read and split a data set, and fail if anything held out leaks.

Run as `python -m stages.preprocess <data set>`.
"""

import json
import sys

from graphrec.config.datasets import DatasetParams
from graphrec.config.params import ParamsError, load_params, select_dataset
from graphrec.config.paths import Paths
from graphrec.data.audit import LeakError, audit_split
from graphrec.data.errors import DataError
from graphrec.data.prepare import prepare
from graphrec.data.readers.choice import read_raw
from graphrec.data.splits import describe_test
from graphrec.data.storage import save_dataset, save_held_out


def main(dataset: str) -> None:
    try:
        params = load_params()
        counts = preprocess(dataset, select_dataset(params, dataset), params.seed, Paths())
    except (ParamsError, DataError, LeakError) as error:
        sys.exit(f"preprocess: {dataset}: {error}")
    print(f"{dataset}: {counts}")


def preprocess(dataset: str, about: DatasetParams, seed: int, paths: Paths) -> dict[str, float]:
    """Write both parts and the audit, print what was left out, and return what was counted.

    Raises DataError where files are not as `about` says, LeakError where a part leaks.
    """
    raw = read_raw(paths.raw(dataset), about)
    data, test = prepare(raw, about, seed)
    counts = audit_split(data, test, raw) | describe_test(data, test)
    save_dataset(paths.training(dataset), data)
    save_held_out(paths.test(dataset), test)
    report = {"left_out": raw.left_out, **counts}
    paths.audit(dataset).parent.mkdir(parents=True, exist_ok=True)
    paths.audit(dataset).write_text(json.dumps(report, indent=2) + "\n")
    for what, count in raw.left_out.items():
        print(f"{dataset}: left out: {count:,} {what}")
    return counts


if __name__ == "__main__":
    main(*sys.argv[1:])
