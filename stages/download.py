"""Fetch a published archive, check every member of it and unpack it.

Run as `python -m stages.download <archive>`, with the name of a section below `archives:` in
params.yaml. `DATA_MIRROR`, a folder or a base URL, replaces the published address.
"""

import os
import signal
import sys

from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.data.archives import ArchiveError, download


def main(name: str) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    archives = load_params().archives
    if name not in archives:
        sys.exit(
            f"download: archive {name!r} is not in params.yaml; known archives: "
            f"{', '.join(archives)}"
        )
    try:
        download(archives[name], Paths().raw(name), os.environ.get("DATA_MIRROR"))
    except ArchiveError as error:
        sys.exit(f"download: {name}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
