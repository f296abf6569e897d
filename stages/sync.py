"""Bring an MLflow store in line with what DVC has: the workspace and every experiment.

Run as `python -m stages.sync` or `make sync`; not a DVC stage. Adds what is missing, never the same
thing twice, and marks the runs whose files are in the workspace as the current ones.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from graphrec.config.edge import run_command
from graphrec.config.errors import GraphrecError, StoreError
from graphrec.config.json_file import parse_json
from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.tracking import Origin, Tracker, experiments, file_at, store_is_needed, tracking_uri


def main() -> None:
    params = load_params()  # first: elsewhere than in a project no store is made
    faults: list[str] = []
    with store_is_needed(tracking_uri()):
        tracker = Tracker()
        # Experiments first: what they have trained is theirs, wherever it lies now.
        for origin in experiments():
            with noted(f"experiment {origin.experiment}", faults):
                sync_experiment(tracker, origin)
        for run in params.runs:
            with noted(run, faults):
                sync_run(tracker, run)
    if faults:
        raise GraphrecError(f"expected whole files, got damaged ones of {', '.join(faults)}")


@contextmanager
def noted(what: str, faults: list[str]) -> Iterator[None]:
    """Say what is wrong with the files of `what`, and go on with the others."""
    try:
        yield
    except StoreError:
        raise
    except GraphrecError as error:
        print(f"{what}: {error}", file=sys.stderr)
        faults.append(what)


def sync_run(tracker: Tracker, run: str) -> None:
    paths = Paths()
    if paths.weights(run).exists():
        print(f"{run}: MLflow run {tracker.record(run, paths)}")
    else:
        print(f"{run}: not trained yet, nothing to show")


def sync_experiment(tracker: Tracker, experiment: Origin) -> None:
    """Add the runs of a DVC experiment that the store lacks, from DVC's cache or remote."""
    known, shared = tracker.names(), names_at(experiment.baseline).values()
    lacking = {
        run: experiment.before() if name in shared else experiment
        for run, name in names_at(experiment.commit).items()
        if name not in known
    }
    if not lacking:
        return
    with TemporaryDirectory() as folder:
        paths = Paths(Path(folder))
        for run in fetch(experiment, list(lacking), paths):
            tracker.record(run, paths, origin=lacking[run])
            print(f"{run} of experiment {experiment.experiment}: added")


def names_at(commit: str | None) -> dict[str, str]:
    """The MLflow name of each run that a commit's metrics speak of."""
    path = Paths().metrics
    text = file_at(commit or "HEAD", path)
    runs = parse_json(text, f"{path} of {commit}", dict[str, dict[str, object]]) if text else {}
    return {run: str(tree["mlflow_run"]) for run, tree in runs.items() if "mlflow_run" in tree}


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
    run_command("sync", main)
