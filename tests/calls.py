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


def on_a_node_to_be_lost(folder: Path, node: str, number: int) -> int:
    """Never ends on that node; elsewhere only once a call has begun there."""
    import ray

    mine = ray.get_runtime_context().get_node_id()
    (folder / f"{number}-{mine}").touch()
    while mine == node or not begun_on(folder, node):
        time.sleep(0.05)
    return number


def begun_on(folder: Path, node: str) -> list[str]:
    """The calls that have begun on a node."""
    return [path.name.split("-")[0] for path in folder.glob(f"*-{node}")]


def surroundings(name: str) -> tuple[str | None, str]:
    """An environment variable, and where the project's code is."""
    return os.environ.get(name), str(ROOT)
