"""Servers on this machine: under what names they answer, and whether their port is free."""

import socket
import sys

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
"""By what names a browser may call a server: no page of another name can be made to ask it."""


def expect_free(port: int, command: str, host: str = HOST) -> None:
    """End the process with a line where no server can listen at `port` of `host`.

    `command` is what a person calls to start it, and takes another PORT.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, None, type=socket.SOCK_STREAM
        )[0]
    except OSError as error:
        sys.exit(f"expected an address of this machine, got {host} ({error}): name another")
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address[0], port, *address[2:]))
        except (OSError, OverflowError) as error:
            sys.exit(
                f"expected a free port, got {port} ({error}): call {command} PORT={port + 1}, "
                f"or open http://{host}:{port} if it is there"
            )
