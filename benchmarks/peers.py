"""Other libraries' training loops as processes that train an epoch when told to."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
VENVS = FOLDER / ".venvs"
PINS = {
    # RecBole 1.2.1 runs with these and with no newer ones; `ray` is not needed.
    "recbole": [
        "torch==2.13.0",
        "recbole==1.2.1",
        "numpy==1.26.4",
        "scipy==1.10.1",
        "pandas<2.3",
        "scikit-learn<1.6",
        "setuptools<81",
        "kmeans-pytorch",
    ],
    "pyg": ["torch==2.13.0", "torch-geometric==2.8.1", "numpy"],
}
"""What each peer's virtual environment holds."""


def python_of(library: str) -> str:
    """The interpreter of a library's own environment, which is made where it is missing."""
    folder = VENVS / library
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        print(f"making {folder}: minutes, once", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *PINS[library]], check=True)
        (folder / "ready").touch()
    return str(python)


class Peer:
    """A process that has trained one epoch and trains another each time it is asked."""

    def __init__(self, library: str, model: str, base: Path) -> None:
        self.name = f"{library} {model}"
        if library == "ours":
            command = [sys.executable, "-m", "benchmarks.ours", model, str(base)]
        else:
            script = str(FOLDER / f"{library}_epochs.py")
            command = [python_of(library), "-W", "ignore", script, model, str(base)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.first = self._read()

    def epoch(self) -> float:
        """Seconds of one more epoch."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._read()

    def close(self) -> None:
        self.process.communicate(timeout=60)

    def _read(self) -> float:
        """The next number that the process prints. Raises RuntimeError if it ends first."""
        assert self.process.stdout is not None
        for text in self.process.stdout:
            if text.startswith("epoch "):
                return float(text.split()[1])
        raise RuntimeError(f"expected an epoch of {self.name}, got its end: run its script by hand")
