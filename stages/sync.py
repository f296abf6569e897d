"""Bring an MLflow store in line with what DVC has: the workspace and every experiment.

Run as `python -m stages.sync` or `make sync`; not a DVC stage. Adds what is missing, never the same
thing twice, and marks the runs whose files are in the workspace as the current ones.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.tracking import Origin, Tracker, experiments, file_at, store_may_be_away


def main() -> None:
    done = False
    with store_may_be_away("what is missing"):
        tracker = Tracker()
        sync_experiments(tracker)  # first: what they have trained is theirs, wherever it lies now
        sync_workspace(tracker)
        done = True
    sys.exit(0 if done else 1)


def sync_workspace(tracker: Tracker) -> None:
    paths = Paths()
    for run in load_params().runs:
        if paths.weights(run).exists():
            print(f"{run}: MLflow run {tracker.record(run, paths)}")
        else:
            print(f"{run}: not trained yet, nothing to show")


def sync_experiments(tracker: Tracker) -> None:
    """Add the runs of DVC's experiments that the store lacks, from DVC's cache or remote."""
    known = tracker.names()
    for experiment in experiments():
        shared = names_at(experiment.baseline).values()
        lacking = {
            run: experiment.before() if name in shared else experiment
            for run, name in names_at(experiment.commit).items()
            if name not in known
        }
        if not lacking:
            continue
        with TemporaryDirectory() as folder:
            paths = Paths(Path(folder))
            for run in fetch(experiment, list(lacking), paths):
                tracker.record(run, paths, origin=lacking[run])
                print(f"{run} of experiment {experiment.experiment}: added")
        known = tracker.names()


def names_at(commit: str | None) -> dict[str, str]:
    """The MLflow name of each run that a commit's metrics speak of."""
    text = file_at(commit or "HEAD", Paths().metrics)
    runs = json.loads(text) if text else {}
    return {run: tree["mlflow_run"] for run, tree in runs.items() if "mlflow_run" in tree}


def fetch(origin: Origin, runs: list[str], to: Paths) -> list[str]:
    """Put the files of an experiment's runs below another root; gives the runs that it has got."""
    from dvc.api import DVCFileSystem  # seconds to import, and seldom needed
    from dvc.exceptions import DvcException

    files, here, fetched = DVCFileSystem(rev=origin.commit), Paths(), []
    (to.root / "dvc.lock").write_text(file_at(str(origin.commit), Path("dvc.lock")) or "stages: {}")
    for run in runs:
        try:
            for path in (here.model, here.evaluation):
                files.get(path(run).as_posix(), str(to.root / path(run)), recursive=True)
            fetched.append(run)
        except (OSError, DvcException) as error:
            print(
                f"{run} of experiment {origin.experiment}: expected its files in DVC's cache or "
                f"remote, got {error}; `dvc exp pull <git remote>` fetches them",
                file=sys.stderr,
            )
    return fetched


if __name__ == "__main__":
    main()
