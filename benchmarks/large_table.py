"""How much memory does it take to prepare a large table?

`python -m benchmarks.large_table 10000000 --folder <folder>` writes a Parquet table of so many
events (user, item, timestamp), a million at a time, and reads, checks, numbers, splits, audits and
writes it as the preprocess stage does, in a process of its own; prints rows, seconds and the most
memory, and writes reports/benchmarks/large-table.json. The folder needs room for the table and what
is made of it: about 60 bytes a row.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.processes import measure_alone, peak_memory
from benchmarks.synthetic import INTERACTIONS_A_USER
from graphrec.config.datasets import DatasetParams, SplitParams, TableParams
from graphrec.config.paths import Paths
from graphrec.evaluation.results import save_json
from stages.preprocess import preprocess

SIZES = [10_000_000, 100_000_000]
CHUNK = 1_000_000
START, SPAN = 1_577_836_800, 4 * 365 * 86_400
"""Times are of four years from 2020."""
ABOUT = DatasetParams(
    reader="table",
    user_name="user",
    item_name="item",
    interaction_name="event",
    ratings=None,
    split=SplitParams(strategy="random", test_fraction=0.2, valid_fraction=0.1),
    table=TableParams(
        interactions="events.parquet",
        user="user",
        item="item",
        timestamp="timestamp",
        duplicates="last",
        min_user_interactions=5,
        min_item_interactions=5,
    ),
)


def generate(path: Path, interactions: int, seed: int = 0) -> None:
    """Events of users whose activity, and with items whose popularity, falls with their number.

    Rows are in no order; some pairs come several times.
    """
    rng = np.random.default_rng(seed)
    num_users = max(2, interactions // INTERACTIONS_A_USER)
    num_items = max(200, round(interactions**0.5 * 10))
    schema = pa.schema([(name, pa.int64()) for name in ("user", "item", "timestamp")])
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, interactions, CHUNK):
            size = min(CHUNK, interactions - first)
            columns = [
                (num_users * rng.random(size) ** 1.5).astype(np.int64),
                (num_items * rng.random(size) ** 3).astype(np.int64),
                START + rng.integers(SPAN, size=size),
            ]
            writer.write_table(pa.table(columns, schema=schema))


def prepare_alone(root: Path) -> dict[str, Any]:
    """Seconds and GB that the preprocess stage takes below `root`, in this process."""
    started, before = time.perf_counter(), peak_memory()
    counts = preprocess("large", ABOUT, seed=2020, paths=Paths(root))
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "peak_gb": peak_memory(), "before_gb": before, **counts}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--folder", type=Path, help="with room for the tables")
    parser.add_argument("--prepare", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.prepare is not None:
        print(json.dumps(prepare_alone(options.prepare)))
        return
    rows = []
    print("| rows | Parquet, GB | seconds | peak, GB |\n|---|---|---|---|")
    for size in options.sizes:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            path = Paths(Path(folder)).raw("large") / "events.parquet"
            path.parent.mkdir(parents=True)
            generate(path, size)
            row = measure_alone("benchmarks.large_table", "--prepare", folder)
            rows.append({"rows": size, "table_gb": path.stat().st_size / 1e9, **row})
        cells = [f"{size:,}", f"{rows[-1]['table_gb']:.2f}", f"{row['seconds']:.0f}"]
        print(f"| {' | '.join([*cells, format(row['peak_gb'], '.2f')])} |", flush=True)
    save_json(Paths().root / "reports" / "benchmarks" / "large-table.json", {"sizes": rows})


if __name__ == "__main__":
    main()
