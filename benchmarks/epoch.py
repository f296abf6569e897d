"""How long is an epoch of `ngcf`, how far above the machine's limit, and how long is a peer's?

`python -m benchmarks.epoch --quick` measures ours and the floor alone (benchmarks/floor.py says
what the floor is), in under 40 s; its last line is one JSON object. Without --quick ours and
RecBole's NGCF, and ours, RecBole's and PyG's LightGCN, train on u1.base side by side: all processes
stand ready and train an epoch in turn, so that whatever else the machine does falls on all alike.
Writes reports/benchmarks/epoch.json and prints its table. All: 80,000 positives, batches of 2,048,
64 columns, 2 threads; NGCF with 3 layers, LightGCN with 2. Ours minimises the squared error too.
"""

import argparse
import contextlib
import json
import os
import statistics
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

from benchmarks.floor import Step, floor_seconds
from benchmarks.ours import BATCH, EMBEDDING_DIM, LAYERS, Stop, read_base, train
from benchmarks.peers import Peer
from graphrec.config.paths import Paths
from graphrec.evaluation.results import save_json
from graphrec.graph.bipartite import build_graph
from graphrec.training.progress import Row

CONTENDERS = [
    ("ours", "ngcf"),
    ("recbole", "ngcf"),
    ("ours", "lightgcn"),
    ("recbole", "lightgcn"),
    ("pyg", "lightgcn"),
]


def find_base(folder: Path) -> Path:
    """u1.base of the stage's folder, or of the archive in `DATA_MIRROR`, unpacked to `folder`."""
    base = Paths().raw("movielens") / "u1.base"
    archive = Path(os.environ.get("DATA_MIRROR", "")) / "ml-100k.zip"
    if not base.exists() and archive.exists():
        with zipfile.ZipFile(archive) as packed:
            (folder / "u1.base").write_bytes(packed.read("ml-100k/u1.base"))
        return folder / "u1.base"
    if not base.exists():
        raise FileNotFoundError(
            f"expected {base}: run `dvc repro download@movielens`, or set DATA_MIRROR to a folder "
            "that holds ml-100k.zip"
        )
    return base


def measure_ours(base: Path, rounds: int) -> dict[str, Any]:
    """Epochs of our `ngcf`, the floor measured between every two; the first round warms up."""
    data = read_base(base)
    step = Step(build_graph(data).adjacency(), EMBEDDING_DIM, LAYERS["ngcf"], BATCH)
    epochs: list[float] = []
    floors: list[dict[str, float]] = []
    hot: list[float] = []
    started = time.perf_counter()

    def on_epoch(_: Row) -> None:
        nonlocal started
        epochs.append(time.perf_counter() - started)
        floors.append(floor_seconds(step))
        hot.append(sum(floor_seconds(step, hot=True).values()))
        if len(epochs) > rounds:
            raise Stop
        started = time.perf_counter()

    with contextlib.suppress(Stop):
        train("ngcf", data, on_epoch)
    steps = -(-len(data.train) // BATCH)
    kinds = {kind: statistics.median(floor[kind] for floor in floors[1:]) for kind in floors[0]}
    epoch = statistics.median(epochs[1:])
    return {
        "epoch_s": epoch,
        "step_over_floor": epoch / steps / sum(kinds.values()),
        "step_ms": 1e3 * epoch / steps,
        "floor_ms": 1e3 * sum(kinds.values()),
        "floor_hot_ms": 1e3 * statistics.median(hot[1:]),
        "floor_parts_ms": {kind: 1e3 * seconds for kind, seconds in kinds.items()},
        "epochs_s": epochs[1:],
    }


def measure_peers(base: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of `rounds` epochs of every contender, in turn."""
    peers = [Peer(library, model, base) for library, model in CONTENDERS]
    epochs: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for number in range(rounds):
        for peer in peers:
            epochs[peer.name].append(peer.epoch())
        print(f"round {number + 1} of {rounds}", flush=True)
    for peer in peers:
        peer.close()
    return epochs


def summarise(epochs: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Median and range of each, and how many times ours it takes: the median over the rounds."""
    table = {}
    for name, seconds in epochs.items():
        ours = epochs[f"ours {name.split()[1]}"]
        ratios = [theirs / mine for theirs, mine in zip(seconds, ours, strict=True)]
        table[name] = {
            "epoch_s": statistics.median(seconds),
            "fastest_s": min(seconds),
            "slowest_s": max(seconds),
            "over_ours": statistics.median(ratios),
        }
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ours and the floor alone")
    parser.add_argument("--rounds", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = find_base(Path(folder))
        result = measure_ours(base, options.rounds)
        kinds = result["floor_parts_ms"].items()
        shares = ", ".join(f"{kind} {milliseconds:.2f}" for kind, milliseconds in kinds)
        print(f"step {result['step_ms']:.2f} ms; floor {result['floor_ms']:.2f} ms ({shares})")
        if not options.quick:
            epochs = measure_peers(base, options.rounds)
            result |= {"peers": summarise(epochs), "peers_epochs_s": epochs}
            path = Paths().root / "reports" / "benchmarks" / "epoch.json"
            save_json(path, result)
            print("| contender | epoch, s | range | times ours |\n|---|---|---|---|")
            for name, row in result["peers"].items():
                spread = f"{row['fastest_s']:.2f}–{row['slowest_s']:.2f}"
                print(f"| {name} | {row['epoch_s']:.2f} | {spread} | {row['over_ours']:.1f} |")
    print(json.dumps({key: value for key, value in result.items() if "peers" not in key}))


if __name__ == "__main__":
    main()
