"""Where does the pipeline spend its time, and how long does a person wait for it?

`python -m benchmarks.pipeline` clones the project's last commit into a temporary folder, runs
`dvc repro` there from nothing, calls it again with nothing to do, and runs an experiment that
changes one run. Prints the seconds of each, and of each kind of stage; writes
reports/benchmarks/pipeline.json. Needs the network, or DATA_MIRROR.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from graphrec.config.paths import Paths
from graphrec.evaluation.results import save_json

REPEATS = 5
EXPERIMENT = "runs.movielens-base.layers=4"
STAGE = re.compile(r"Running stage '(\w+)")


def call(folder: Path, *command: str) -> tuple[float, dict[str, float]]:
    """Seconds of a command of DVC's, and of each kind of stage that it ran."""
    binaries = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("MLFLOW_TRACKING_URI", None)  # its store is in the folder, too
    stages: defaultdict[str, float] = defaultdict(float)
    running, began = "dvc's own start", time.perf_counter()
    started = began
    with subprocess.Popen(
        ["dvc", *command], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for text in process.stdout:
            if match := STAGE.match(text):
                now = time.perf_counter()
                stages[running] += now - began
                running, began = match[1], now
    stages[running] += time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"expected `dvc {' '.join(command)}` to end well, got an error: see it")
    return time.perf_counter() - started, dict(stages)


def main() -> None:
    root = Paths().root.resolve()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "project"
        subprocess.run(["git", "clone", "--quiet", str(root), str(folder)], check=True)
        whole, stages = call(folder, "repro")
        nothing = [call(folder, "repro")[0] for _ in range(REPEATS)]
        experiment, _ = call(folder, "exp", "run", "--set-param", EXPERIMENT)
    result = {
        "repro_s": whole,
        "repro_stages_s": stages,
        "nothing_to_do_s": nothing,
        "experiment_s": experiment,
    }
    save_json(root / "reports" / "benchmarks" / "pipeline.json", result)
    print("| | seconds |\n|---|---|")
    print(f"| `dvc repro` from nothing | {whole:.0f} |")
    for stage, seconds in stages.items():
        print(f"| … of which {stage} | {seconds:.0f} |")
    spread = f"{statistics.median(nothing):.1f} ({min(nothing):.1f}–{max(nothing):.1f})"
    print(f"| `dvc repro` with nothing to do | {spread} |")
    print(f"| `dvc exp run --set-param {EXPERIMENT}` | {experiment:.0f} |")


if __name__ == "__main__":
    main()
