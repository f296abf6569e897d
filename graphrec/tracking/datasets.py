"""The data set of a run as MLflow's Dataset column shows it: a name and a digest."""

import json
from typing import TYPE_CHECKING

from graphrec.config.paths import Paths
from graphrec.tracking.lock import Entry, file_md5
from graphrec.tracking.records import Record

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput

DIGEST_LENGTH = 8
"""As long as the digests that MLflow makes itself."""


def dataset_input(record: Record, entry: Entry | None, paths: Paths) -> "DatasetInput | None":
    """What `record` was trained on; None where neither dvc.lock nor the training file says it.

    The digest begins DVC's md5 of the training file, so that it is the same wherever, and however
    often, the run is recorded: from `entry`, the run's in dvc.lock, or else from the file itself,
    since DVC writes the entry only after the stage that records the run.
    """
    from mlflow.entities import Dataset, DatasetInput, InputTag

    path = paths.training(record.dataset)
    source = path.relative_to(paths.root).as_posix()
    digests = {dep["path"]: dep["md5"] for dep in entry.get("deps", [])} if entry else {}
    digest = digests.get(source) or (file_md5(path) if path.is_file() else None)
    if digest is None:
        return None
    used = Dataset(record.dataset, digest[:DIGEST_LENGTH], "local", json.dumps({"uri": source}))
    return DatasetInput(used, [InputTag("mlflow.data.context", "training")])
