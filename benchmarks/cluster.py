"""Many fits: one after another in this process, or side by side on a Ray cluster.

Ray is imported where an address is given, and nowhere else.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, NamedTuple, TypeVar

from tqdm import tqdm

from graphrec.config.params import Params

LOCAL = "local"
"""The address that starts Ray on this machine, for as long as the fits take."""
ROOT = Path(__file__).resolve().parents[1]
CLUSTER_HELP = "of a Ray cluster that runs the fits, or `local`: docs/cluster.md"
RETRIES = 5
"""How often a fit is run again whose process or node is lost."""
HANDED_ON = ("MLFLOW_TRACKING_URI", "DATA_MIRROR")
"""Environment variables that workers get from here."""
EXCLUDED = ["/data/", "/models/", "/reports/", "/docs/", "/wheels/", "/benchmarks/.venvs/"]
EXCLUDED += ["/.dvc/", "/.git", "/.venv", "/mlartifacts/", "/mlruns/", "/mlflow.db*"]
"""Of the project, what nodes do without; the rest is uploaded, as Python files have to be equal."""

A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True)
class Finished(Generic[R]):
    """A call that has come back."""

    index: int
    """Of its argument."""
    result: R
    seconds: float
    """Of the call itself, without what it has waited for."""


class Needs(NamedTuple):
    """What a call takes up of a node while it runs."""

    num_cpus: int = 1
    num_gpus: int = 0


def needs_of(params: Params) -> Needs:
    """What a fit takes up."""
    return Needs(params.threads, int(params.device == "cuda"))


def run_all(
    function: Callable[[A], R],
    arguments: Sequence[A],
    address: str | None = None,
    needs: Needs | None = None,
) -> Iterator[Finished[R]]:
    """Call `function` with each of `arguments`, and yield what has come back as it comes.

    Without an address in this process, in their order. With one on the Ray cluster there, or on one
    that is started here (`LOCAL`), in any order, each exactly once: what a lost process or node
    would have given is computed again. Function and arguments are pickled; the function, with all
    the data it holds, goes to each node once. What a call raises is raised here, and ends the rest.
    """
    finished = (
        _run_here(function, arguments)
        if address is None
        else _run_on_cluster(function, arguments, address, needs or Needs())
    )
    yield from tqdm(finished, total=len(arguments), unit="fit", disable=None)


def say(text: str) -> None:
    """Print a line above the progress bar, at once."""
    with tqdm.external_write_mode():
        print(text, flush=True)


def _timed(function: Callable[[A], R], argument: A) -> tuple[R, float]:
    started = time.perf_counter()
    return function(argument), time.perf_counter() - started


def _run_here(function: Callable[[A], R], arguments: Sequence[A]) -> Iterator[Finished[R]]:
    for index, argument in enumerate(arguments):
        yield Finished(index, *_timed(function, argument))


def _run_on_cluster(
    function: Callable[[A], R], arguments: Sequence[A], address: str, needs: Needs
) -> Iterator[Finished[R]]:
    with _connected(address) as ray:
        _check(ray, needs)
        task = ray.remote(_timed).options(**needs._asdict(), max_retries=RETRIES)
        shared = ray.put(function)
        index_of = {
            task.remote(shared, argument): index for index, argument in enumerate(arguments)
        }
        while index_of:
            (reference, *_), _ = ray.wait([*index_of])
            yield Finished(index_of.pop(reference), *ray.get(reference))


@contextmanager
def _connected(address: str) -> Iterator[ModuleType]:
    """Ray, connected to a cluster until the context is left."""
    ray = _import_ray(address)
    variables = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    here: dict[str, Any] = {}
    if address == LOCAL:
        here["include_dashboard"] = False
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment: dict[str, Any] = {
            "env_vars": variables | {"PYTHONPATH": os.pathsep.join(paths)}
        }
    else:
        environment = {"env_vars": variables, "working_dir": str(ROOT), "excludes": EXCLUDED}
    ray.init(address, runtime_env=environment, logging_level="ERROR", log_to_driver=False, **here)
    try:
        yield ray
    finally:
        ray.shutdown()


def _import_ray(address: str) -> ModuleType:
    """Ray reads these variables when it is imported."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if address == LOCAL:
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    if address == LOCAL or address.rpartition(":")[0] in ("127.0.0.1", "localhost"):
        # One machine: Ray's services listen on 127.0.0.1, which is what this means on any system.
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    try:
        import ray
    except ModuleNotFoundError:
        sys.exit(
            f"expected Ray for the cluster {address!r}, got none: install it with `make "
            ".venv/.ready-cluster` or `pip install -r requirements-cluster.txt`"
        )
    module: ModuleType = ray
    return module


def _check(ray: Any, needs: Needs) -> None:
    """Exit where no node could ever run a call: Ray would wait for one."""
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    fits = [
        node.get("CPU", 0) >= needs.num_cpus and node.get("GPU", 0) >= needs.num_gpus
        for node in nodes
    ]
    if not any(fits):
        most = max((node.get("CPU", 0) for node in nodes), default=0)
        sys.exit(
            f"expected a node with {needs.num_cpus} CPUs and {needs.num_gpus} GPUs for a fit, got "
            f"{len(nodes)} nodes with at most {most:g} CPUs: set `threads` and `device` in "
            "params.yaml, or start a larger node"
        )
