"""MLflow as a view of the files that the stages leave: never the only copy of anything.

Nothing in this package changes what a stage puts out, so no stage has it among its DVC deps.
"""

from graphrec.tracking.origin import Origin, experiments, file_at
from graphrec.tracking.reach import store_is_needed, store_may_be_away
from graphrec.tracking.recording import recorded, synchronise
from graphrec.tracking.store import tracking_uri
from graphrec.tracking.tracker import CONTENT, Tracker

__all__ = [
    "CONTENT",
    "Origin",
    "Tracker",
    "experiments",
    "file_at",
    "recorded",
    "store_is_needed",
    "store_may_be_away",
    "synchronise",
    "tracking_uri",
]
