"""Serves the page. Run as `python -m graphrec.answers.page --port 8000`, or `make demo`."""

import argparse
import socket
import sys

from graphrec.answers.page.runs import datasets_of
from graphrec.config.paths import Paths

HOST, PORT = "127.0.0.1", 8000


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m graphrec.answers.page", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--host", default=HOST, help="another address opens the page to others")
    options = parser.parse_args(arguments)
    host, port = options.host, options.port
    paths = Paths()
    if not datasets_of(paths):
        sys.exit("expected trained runs in models/, got none: call dvc repro, or dvc pull, first")
    _check_free(host, port)
    import torch
    import uvicorn

    from graphrec.answers.page.app import LOCAL, make_app

    # Each request has a thread of its own; more of them to each make all slower.
    torch.set_num_threads(1)
    hosts: tuple[str, ...] = LOCAL
    if host not in LOCAL:
        print(f"Open to everyone who reaches {host}: no one is asked who they are.", flush=True)
        hosts = ("*",)
    app = make_app(paths, hosts)
    print(f"graphrec: open http://{host}:{port}\nCtrl-C ends it.", flush=True)
    uvicorn.run(app, host=host, port=port, log_level="warning")


def _check_free(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
    except (OSError, OverflowError) as error:
        sys.exit(f"expected an address of this machine and a port, got {host}:{port} ({error})")
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except (OSError, OverflowError) as error:
            sys.exit(
                f"expected a free port, got {port} ({error}): call make demo PORT={port + 1}, "
                f"or open http://{host}:{port} if the page is there"
            )


if __name__ == "__main__":
    main()
