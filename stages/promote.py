"""Register the best run of each data set in MLflow; make it champion if it beats the baselines.

Run as `python -m stages.promote` or `make promote`; not a DVC stage.
"""

import json
import sys

from graphrec.config.paths import Paths
from graphrec.data.storage import load_dataset
from graphrec.tracking import Tracker
from graphrec.tracking.promotion import judge, promote


def main() -> None:
    paths = Paths()
    if not paths.results.exists():
        sys.exit(f"promote: expected {paths.results}, got none: run `dvc repro` first")
    tree, tracker = json.loads(paths.results.read_text()), Tracker()
    for dataset in tree["best"]:
        verdict = judge(tree, dataset)
        user = str(load_dataset(paths.known(verdict.run)).users.ids[0])
        print(promote(tracker, paths, dataset, verdict, user))
        for reason in verdict.reasons:
            print(f"  {reason}")


if __name__ == "__main__":
    main()
