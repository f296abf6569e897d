"""Fetch a data set's published archive, check every file of it and unpack it.

Run as `python -m stages.download movielens`. `DATA_MIRROR`, a folder or a base URL, replaces the
published address.
"""

import os
import sys

from graphrec.config.paths import Paths
from graphrec.data.archives import ArchiveError, download


def main(dataset: str) -> None:
    try:
        download(dataset, Paths().raw(dataset), os.environ.get("DATA_MIRROR"))
    except ArchiveError as error:
        sys.exit(f"download: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
