"""What test_cluster has Ray's workers do; imports little, as each of them starts with that."""

import os
import signal
import time
from pathlib import Path

from benchmarks.cluster import ROOT


def square(folder: Path, number: int) -> int:
    """Writes down that it was called; the process of 2 is killed the first time."""
    calls = folder / str(number)
    with calls.open("a") as file:
        file.write(".")
    if number == 2 and calls.read_text() == ".":
        os.kill(os.getpid(), signal.SIGKILL)
    return number**2


def slow(folder: Path, number: int) -> tuple[int, str]:
    """Writes down that it was called; gives the node, too."""
    import ray

    (folder / f"{number}-{time.time_ns()}").touch()
    time.sleep(0.5)
    return number, ray.get_runtime_context().get_node_id()


def surroundings(name: str) -> tuple[str | None, str]:
    """An environment variable, and where the project's code is."""
    return os.environ.get(name), str(ROOT)
