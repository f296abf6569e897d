"""Bring an MLflow store in line with the runs whose files are here. Not a DVC stage.

Run as `python -m stages.sync` or `make sync`: adds what is missing, never the same thing twice.
"""

from graphrec.params import load_params
from graphrec.paths import Paths
from graphrec.tracking import Tracker


def main() -> None:
    paths, tracker = Paths(), Tracker()
    for run in load_params().runs:
        if paths.settings(run).exists():
            print(f"{run}: MLflow run {tracker.record(run, paths)}")
        else:
            print(f"{run}: not trained yet, nothing to show")


if __name__ == "__main__":
    main()
