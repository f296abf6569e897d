"""Measurements in a process of their own, which holds nothing else."""

import json
import resource
import subprocess
import sys
from typing import Any


def measure_alone(module: str, *arguments: object) -> dict[str, Any]:
    """The JSON object that is the last line of what `python -m module …` prints."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    row: dict[str, Any] = json.loads(output.splitlines()[-1])
    return row


def peak_memory() -> float:
    """The most that this process has held so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
