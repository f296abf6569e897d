"""MLflow as a view of the files that the stages leave: never the only copy of anything.

Nothing in this package changes what a stage puts out, so no stage has it among its DVC deps.
"""

from graphrec.tracking.origin import Origin, experiments, file_at
from graphrec.tracking.recording import recorded, synchronise
from graphrec.tracking.store import store_may_be_away, tracking_uri
from graphrec.tracking.tracker import CONTENT, Tracker

__all__ = [
    "CONTENT",
    "Origin",
    "Tracker",
    "experiments",
    "file_at",
    "recorded",
    "store_may_be_away",
    "synchronise",
    "tracking_uri",
]
