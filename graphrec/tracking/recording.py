"""What a stage calls: record a training when it ends, and never fail for want of a store."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from graphrec.config.paths import Paths
from graphrec.tracking.reach import store_may_be_away
from graphrec.tracking.store import tracking_uri
from graphrec.tracking.tracker import Tracker


def synchronise(runs: Sequence[str], paths: Paths, started: float | None = None) -> None:
    """Record `runs`; a store that does not answer is said and costs nothing else."""
    with store_may_be_away(", ".join(runs), tracking_uri()):
        tracker = Tracker()
        for run in runs:
            tracker.record(run, paths, started)


@contextmanager
def recorded(run: str, paths: Paths) -> Iterator[None]:
    """Record `run` once the block has left its files; if it does not end, record that."""
    started = time.time()
    try:
        yield
    except (KeyboardInterrupt, Exception) as error:
        status = "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED"
        with store_may_be_away(run, tracking_uri()):
            Tracker().record_failure(run, status, f"{type(error).__name__}: {error}".rstrip(": "))
        raise
    synchronise([run], paths, started)
