"""What do two nodes gain over one, and is anything lost with a node?

`python -m benchmarks.cluster_speed` fits movielens-mse 20 times, few epochs, one thread each, on a
Ray cluster of nodes with one core each on this machine: on one, on two, and on two of which one is
killed midway. It prints seconds and writes reports/benchmarks/cluster.json. A fit that does nothing
comes first on each node, so that neither Ray's start nor imports are among the seconds.
"""

import argparse
import os
import time
from typing import Any

import yaml

from benchmarks.bench import Bench
from benchmarks.cluster import ROOT, Finished, run_all
from benchmarks.fits import Fit
from benchmarks.settings import change
from graphrec.config.params import check_params, select_run
from graphrec.config.paths import Paths
from graphrec.evaluation.evaluate import Evaluation
from graphrec.evaluation.results import save_json

RUN, RESAMPLES = "movielens-mse", 20


class Short:
    """A fit of RUN measured on validation; None warms a worker up."""

    def __init__(self, epochs: int) -> None:
        tree = yaml.safe_load((ROOT / "params.yaml").read_text())
        params = check_params(change(tree, {"threads": 1, "train.epochs": epochs}))
        self.bench = Bench(params, Paths(ROOT))
        self.bench.hold([Fit("short", select_run(params, RUN))])

    def __call__(self, seed: int | None) -> Evaluation | None:
        if seed is None:
            time.sleep(1)  # so that each node gets one
            return None
        fit = Fit("short", select_run(self.bench.params, RUN), seed=seed)
        return self.bench.validate(self.bench.train(fit)[0], fit, RESAMPLES)


def measure(short: Short, count: int, nodes: int, kill: bool = False) -> dict[str, Any]:
    """Seconds of `count` fits on a new cluster, and what each gave; the first node is the head."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"include_dashboard": False})
    others = [cluster.add_node() for _ in range(nodes - 1)]
    warm = [None] * 2 * nodes
    started, done = 0.0, list[Finished[Evaluation | None]]()

    for each in run_all(short, [*warm, *range(count)], cluster.address):
        done.append(each)
        if len(done) == len(warm):
            started = time.perf_counter()
        if kill and len(done) == len(warm) + count // 4:
            cluster.remove_node(others[0], allow_graceful=False)
    seconds = time.perf_counter() - started
    cluster.shutdown()
    values = {
        each.index - len(warm): each.result.values["rmse"]
        for each in done
        if each.result is not None
    }
    return {
        "nodes": nodes,
        "killed": int(kill),
        "seconds": seconds,
        "results": len(done) - len(warm),
        "distinct": len(values),
        "rmse": [values[seed] for seed in range(count)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fits", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=5)
    options = parser.parse_args()
    os.environ |= {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_worker_niceness": "0",
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # on 127.0.0.1 alone
    }
    short, rows = Short(options.epochs), []
    print("| nodes | killed | seconds | results | load before |\n|---|---|---|---|---|")
    for nodes, kill in ((1, False), (2, False), (2, True)):
        load = os.getloadavg()[0]
        row = measure(short, options.fits, nodes, kill)
        rows.append(row | {"load": load})
        cells = [nodes, row["killed"], f"{row['seconds']:.1f}", row["results"], f"{load:.1f}"]
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
    same = all(row["rmse"] == rows[0]["rmse"] for row in rows)
    gain = rows[0]["seconds"] / rows[1]["seconds"]
    print(f"two nodes are {gain:.2f} times as fast; results {'equal' if same else 'differ'}")
    result = {"epochs": options.epochs, "gain": gain, "same": same, "rows": rows}
    save_json(ROOT / "reports" / "benchmarks" / "cluster.json", result)


if __name__ == "__main__":
    main()
