"""How fast does a trained run answer, in a process, over HTTP and behind MLflow's server?

`python -m benchmarks.serving --run movielens-base` loads the run and asks it for ten items for each
user, one after the other; then it starts both servers, each in its turn and with one thread of
arithmetic a request, and sends each 1,000 requests, 16 at once, over loopback from threads of this
process. Prints and writes reports/benchmarks/serving.json.
"""

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import torch

from graphrec.answers.predictor import Predictor
from graphrec.config.paths import Paths
from graphrec.evaluation.results import save_json
from graphrec.tracking.served_model import save_served

REQUESTS, AT_ONCE, K = 1000, 16, 10
START_SECONDS = 120
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
Body = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", default="movielens-base")
    run = parser.parse_args().run
    folder = Paths().model(run)
    torch.set_num_threads(1)
    began = time.perf_counter()
    predictor = Predictor.load(folder)
    result = {"run": run, "load_s": time.perf_counter() - began, "in_process": alone(predictor)}
    users = [str(user) for user in predictor.data.users.ids]
    port = str(free_port())
    with tempfile.TemporaryDirectory() as temporary:
        saved = Path(temporary) / "model"
        save_served(saved, folder, users[0])
        ours = ["graphrec.answers.service", run, "--port", port]
        served = ["mlflow", "models", "serve", "--model-uri", str(saved), "--port", port]
        with server(ours, f"http://127.0.0.1:{port}/health") as client:
            bodies: list[Body] = [{"user": user, "k": K} for user in users]
            result["service"] = load(client, "/api/recommend", bodies)
        with server([*served, "--env-manager", "local"], f"http://127.0.0.1:{port}/ping") as client:
            bodies = [{"dataframe_records": [{"user": user}], "params": {"k": K}} for user in users]
            result["mlflow"] = load(client, "/invocations", bodies)
    print(f"{run}: loaded in {result['load_s']:.1f} s")
    for name in ("in_process", "service", "mlflow"):
        print(name, "  ".join(f"{key} {value:.4g}" for key, value in result[name].items()))
    save_json(Paths().root / "reports" / "benchmarks" / "serving.json", result)


def alone(predictor: Predictor) -> dict[str, float]:
    """Of lists for one user at a time, without a server; the first is not counted.

    The processor's time, too: what others do on the machine does not lengthen it as much.
    """
    seconds, busy = [], []
    for user in range(predictor.data.num_users):
        began, busy_before = time.perf_counter(), time.thread_time()
        predictor.recommend([predictor.known(user)], K)
        seconds.append(time.perf_counter() - began)
        busy.append(time.thread_time() - busy_before)
    return {"processor_median_ms": 1000 * statistics.median(busy[1:])} | spread(seconds[1:])


def load(client: httpx.Client, address: str, bodies: list[Body]) -> dict[str, float]:
    """Of REQUESTS posts, AT_ONCE at a time, after as many as warm up."""

    def post(number: int) -> tuple[bool, float]:
        began = time.perf_counter()
        answer = client.post(address, json=bodies[number % len(bodies)])
        return answer.status_code == 200, time.perf_counter() - began

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(post, range(AT_ONCE)))
        began = time.perf_counter()
        answers = list(pool.map(post, range(REQUESTS)))
        whole = time.perf_counter() - began
    errors = sum(not answered for answered, _ in answers)
    rate = {"errors": float(errors), "requests_per_s": REQUESTS / whole}
    return rate | spread([seconds for _, seconds in answers])


def spread(seconds: list[float]) -> dict[str, float]:
    centiles = statistics.quantiles(seconds, n=100)
    return {"median_ms": 1000 * centiles[49], "p99_ms": 1000 * centiles[98]}


@contextmanager
def server(command: list[str], health: str) -> Iterator[httpx.Client]:
    """A client of `python -m command`, which is ended with what it has started."""
    root = health[: health.rindex("/")]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with (
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", *command],
            env=os.environ | ONE_THREAD | {"PATH": path},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process,
        httpx.Client(base_url=root, timeout=60) as client,
    ):
        try:
            until = time.monotonic() + START_SECONDS
            while not answers(client, health):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"expected a server, got none: call {' '.join(command)}")
                time.sleep(0.2)
            yield client
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def answers(client: httpx.Client, health: str) -> bool:
    try:
        return client.get(health).status_code == 200
    except httpx.TransportError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
