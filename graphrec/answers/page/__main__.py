"""Serves the page. Run as `python -m graphrec.answers.page --port 8000`, or `make demo`."""

import argparse
import sys

from graphrec.answers.page.runs import datasets_of
from graphrec.config.paths import Paths
from graphrec.config.server import HOST, NAMES, expect_free

PORT = 8000


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m graphrec.answers.page", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--host", default=HOST, help="another address opens the page to others")
    options = parser.parse_args(arguments)
    host, port = options.host, options.port
    paths = Paths()
    if not datasets_of(paths):
        sys.exit("expected trained runs in models/, got none: call dvc repro, or dvc pull, first")
    expect_free(port, "make demo", host)
    import torch
    import uvicorn

    from graphrec.answers.page.app import make_app

    # Each request has a thread of its own; more of them to each make all slower.
    torch.set_num_threads(1)
    hosts: tuple[str, ...] = NAMES
    if host not in NAMES:
        print(f"Open to everyone who reaches {host}: no one is asked who they are.", flush=True)
        hosts = ("*",)
    app = make_app(paths, hosts)
    print(f"graphrec: open http://{host}:{port}\nCtrl-C ends it.", flush=True)
    uvicorn.run(app, host=host, port=port, log_level="warning")


if __name__ == "__main__":
    main()
