"""Where a training stood, on disk: what a killed one goes on from."""

import hashlib
import json
import shutil
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from graphrec.config.files import write_bytes

CHECKPOINT_SECONDS = 30.0
"""Between two checkpoints, at least; what takes less has none."""
LIBRARY = Path(__file__).parents[1]
CODE = (".py", ".cpp", ".h")


class State(NamedTuple):
    """All that a training needs to go on."""

    tensors: dict[str, Tensor]
    facts: dict[str, Any]
    """What JSON can hold."""


def fingerprint(settings: Mapping[str, Any], data: Path) -> str:
    """SHA-256 of all that a training comes from: its settings, the file of its data, the library's
    code and torch's version."""
    digest = hashlib.sha256(json.dumps([settings, torch.__version__], sort_keys=True).encode())
    code = sorted(path for path in LIBRARY.rglob("*") if path.suffix in CODE)
    for path in (data, *code):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


class Checkpoint:
    """A file of tensors, in place whole or not at all, written every `interval` seconds at most.

    It counts only for a training of the same `fingerprint`. What becomes of it is said on stderr.
    """

    def __init__(
        self,
        folder: Path,
        fingerprint: str,
        interval: float = CHECKPOINT_SECONDS,
        name: str = "fit",
    ) -> None:
        self.folder, self.path = folder, folder / f"{name}.safetensors"
        self.fingerprint = fingerprint
        self.interval = interval
        self.last = time.monotonic()

    def of(self, name: str) -> "Checkpoint":
        """That of another training of the same run, in the same folder."""
        return Checkpoint(self.folder, self.fingerprint, self.interval, name)

    def due(self) -> bool:
        """Whether `interval` seconds have passed since the last one, or since the beginning."""
        return time.monotonic() - self.last >= self.interval

    def save(self, state: State) -> None:
        """Put `state` in place of the one before. Training goes on where that cannot be written."""
        tensors = {name: tensor.cpu().contiguous() for name, tensor in state.tensors.items()}
        facts = json.dumps(state.facts)
        metadata = {
            "fingerprint": self.fingerprint,
            "facts": facts,
            "digest": _digest(tensors, facts),
        }
        try:
            write_bytes(self.path, save(tensors, metadata))
        except OSError as error:
            self._tell(f"not written: {error}: training goes on without")
        self.last = time.monotonic()

    def load(self) -> State | None:
        """The last one; None where there is none, or none that counts."""
        if not self.path.exists():
            return None
        try:
            with safe_open(self.path, "pt") as file:
                metadata = file.metadata()
                if metadata["fingerprint"] != self.fingerprint:
                    self._tell("of other params, data or code: training starts anew")
                    return None
                # Copies, for the file will be replaced while they are used; it is no dict, and has
                # nothing to iterate over but its keys.
                tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
            facts = metadata["facts"]
            if metadata["digest"] != _digest(tensors, facts):
                raise ValueError("expected the bytes that were written, got others")
            return State(tensors, json.loads(facts))
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            self._tell(f"damaged ({error}): training starts anew")
            return None

    def remove(self) -> None:
        """Those of all trainings of the run, and the folder around them if it is empty."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(OSError):
            self.folder.parent.rmdir()

    def _tell(self, message: str) -> None:
        print(f"checkpoint {self.path}: {message}", file=sys.stderr, flush=True)


def _digest(tensors: dict[str, Tensor], facts: str) -> str:
    digest = hashlib.sha256(facts.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {[*tensor.shape]}".encode())
        digest.update(tensor.numpy().tobytes())
    return digest.hexdigest()
