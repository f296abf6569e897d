"""The readers by the name that a data set gives."""

from collections.abc import Callable
from pathlib import Path

from graphrec.config.datasets import DatasetParams
from graphrec.data.dataset import RawData
from graphrec.data.errors import DataError
from graphrec.data.readers import imdb, movielens, table

READERS: dict[str, Callable[[Path, DatasetParams], RawData]] = {
    "imdb": imdb.read,
    "movielens": movielens.read,
    "table": table.read,
}


def read_raw(folder: Path, about: DatasetParams) -> RawData:
    """What the files below `folder` hold. Raises DataError, which says what is wrong with them."""
    if about.reader not in READERS:
        raise DataError(
            f"expected one of the readers {', '.join(sorted(READERS))}, got {about.reader!r}"
        )
    return READERS[about.reader](folder, about)
