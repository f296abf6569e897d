"""Is training on a GPU the same as on the CPU, and how long is an epoch of each?

`python -m benchmarks.device` trains `ngcf` on u1.base, as benchmarks.epoch does, on both, compares
the errors of every epoch, and times the later ones; writes reports/benchmarks/device.json. Where
there is no CUDA device it says so, and measures nothing. `python -m benchmarks.scale --device cuda`
takes the time of up to 20 million interactions there.
"""

import contextlib
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import torch

from benchmarks.epoch import find_base
from benchmarks.ours import Stop, read_base, train
from graphrec.config.paths import Paths
from graphrec.data.dataset import Dataset
from graphrec.evaluation.results import save_json
from graphrec.training.progress import Row

EPOCHS = 6
ERRORS = ("train_mse", "train_log_error")


def measure(data: Dataset, device: str) -> tuple[list[Row], float]:
    """The epochs' errors, and the median seconds of all but the first."""
    rows: list[Row] = []
    ends = [time.perf_counter()]

    def on_epoch(row: Row) -> None:
        rows.append(row)
        ends.append(time.perf_counter())
        if len(rows) == EPOCHS:
            raise Stop

    with contextlib.suppress(Stop):
        train("ngcf", data, on_epoch, device)
    seconds = [after - before for before, after in pairwise(ends)]
    return rows, statistics.median(seconds[1:])


def main() -> None:
    if not torch.cuda.is_available():
        print("No CUDA device here: nothing is measured.")
        return
    with tempfile.TemporaryDirectory() as folder:
        data = read_base(find_base(Path(folder)))
    on_cpu, cpu_s = measure(data, "cpu")
    on_cuda, cuda_s = measure(data, "cuda")
    apart = max(
        abs(cpu[name] - cuda[name]) / cpu[name]
        for cpu, cuda in zip(on_cpu, on_cuda, strict=True)
        for name in ERRORS
    )
    result = {
        "gpu": torch.cuda.get_device_name(),
        "cpu_epoch_s": cpu_s,
        "cuda_epoch_s": cuda_s,
        "errors_apart": apart,
    }
    save_json(Paths().root / "reports" / "benchmarks" / "device.json", result)
    print(f"epoch: CPU {cpu_s:.3f} s, {result['gpu']} {cuda_s:.3f} s; errors apart {apart:.1e}")


if __name__ == "__main__":
    main()
