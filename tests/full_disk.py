"""Every stage of a finished project where files cannot grow beyond a limit, then where they can.

Run as `python -m tests.full_disk <limit> …` in the project's folder, with this one's on PYTHONPATH.
Prints a JSON object: of each stage and limit what it said, and what lay there after either call.
"""

import hashlib
import importlib
import json
import resource
import shutil
import sys
from itertools import product
from pathlib import Path

STAGES = {
    ("download", "imdb"): ["data/raw/imdb"],
    ("preprocess", "imdb"): ["data/prepared/imdb", "reports/audit/imdb.json"],
    ("explore", "imdb"): ["reports/exploration/imdb"],
    ("baseline", "imdb"): ["reports/baselines/imdb"],
    ("train", "imdb-base"): ["models/imdb-base"],
    ("evaluate", "imdb-base"): ["reports/evaluation/imdb-base"],
    ("curves", "imdb"): ["reports/curves/imdb"],
    ("report",): [
        "reports/results.json",
        "reports/metrics.json",
        "reports/summary.md",
        "reports/figures",
    ],
}
"""And what they put out."""


def contents(outputs: list[str]) -> dict[str, str]:
    """SHA-256 of each file."""
    paths = [path for output in outputs for path in (Path(output), *Path(output).rglob("*"))]
    return {
        path.as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.is_file()
    }


def strays() -> list[str]:
    """What nobody has asked for."""
    folders = ("data", "models", "reports", "checkpoints")
    paths = [path for folder in folders for path in Path(folder).rglob(".*")]
    return [path.as_posix() for path in paths if path.name.startswith((".part-", ".download-"))]


def run(stage: str, arguments: list[str], limit: int) -> str:
    """What stopped the stage, or nothing; its files are no longer than `limit` bytes."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    try:
        importlib.import_module(f"stages.{stage}").main(*arguments)
    except (OSError, SystemExit) as error:
        return str(error)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    return ""


def main(limits: list[int]) -> list[dict[str, object]]:
    told = []
    for limit, ((stage, *arguments), outputs) in product(limits, STAGES.items()):
        before = contents(outputs)
        for output in outputs:  # as DVC does
            if Path(output).is_dir():
                shutil.rmtree(output)
            else:
                Path(output).unlink()
        error = run(stage, arguments, limit)
        left, stray = contents(outputs), strays()
        again = run(stage, arguments, -1)
        entry = {
            "stage": stage,
            "limit": limit,
            "outputs": outputs,
            "error": error,
            "strays": stray + strays(),
            "before": before,
            "left": left,
            "again": again,
            "after": contents(outputs),
        }
        told.append(entry)
    return told


if __name__ == "__main__":
    told = main([int(limit) for limit in sys.argv[1:]])
    print(json.dumps(told))
