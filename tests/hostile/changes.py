"""What is done to a project: each gives a function of its root, which a case calls."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from safetensors.torch import load_file, save_file

Change = Callable[[Path], object]
DELETE = object()


def nothing(_: Path) -> None:
    """The command itself is at fault."""


def param(path: str, value: Any) -> Change:
    """A value of params.yaml, by its dotted key; DELETE for none."""
    return lambda root: _rewrite(root / "params.yaml", path, value, yaml.safe_load, _dump_yaml)


def in_json(file: str, path: str, value: Any) -> Change:
    """A value of a JSON file, by its dotted key."""
    return lambda root: _rewrite(root / file, path, value, json.loads, _dump_json)


def _rewrite(file: Path, path: str, value: Any, load, dump) -> None:
    tree = load(file.read_text())
    section = tree
    *above, last = path.split("/")
    for key in above:
        section = section[key]
    if value is DELETE:
        del section[last]
    else:
        section[last] = value
    file.write_text(dump(tree))


def _dump_yaml(tree: Any) -> str:
    return yaml.safe_dump(tree, sort_keys=False)


def _dump_json(tree: Any) -> str:
    return json.dumps(tree)


def text(file: str, content: str | bytes) -> Change:
    """All that a file holds."""
    data = content if isinstance(content, bytes) else content.encode()

    def write(root: Path) -> None:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(data)

    return write


def more(file: str, content: str) -> Change:
    """At the end of a file."""
    return lambda root: (root / file).write_text((root / file).read_text() + content)


def cut(file: str, size: int = 100) -> Change:
    """The first bytes alone."""
    return lambda root: (root / file).write_bytes((root / file).read_bytes()[:size])


def flipped(file: str, at: float = 0.5) -> Change:
    """Some bytes in the middle."""

    def write(root: Path) -> None:
        content = bytearray((root / file).read_bytes())
        start = int(at * len(content))
        for place in range(start, min(start + 64, len(content))):
            content[place] ^= 0xFF
        (root / file).write_bytes(content)

    return write


def gone(file: str) -> Change:
    return lambda root: (root / file).unlink()


def folder(file: str) -> Change:
    """A folder in a file's place."""

    def write(root: Path) -> None:
        (root / file).unlink(missing_ok=True)
        (root / file).mkdir(parents=True)

    return write


def without_folder(path: str) -> Change:
    return lambda root: shutil.rmtree(root / path)


def copied(source: str, target: str) -> Change:
    return lambda root: (root / target).write_bytes((root / source).read_bytes())


def array(file: str, name: str, change: Callable[[Any], Any]) -> Change:
    """An array of an .npz file; None for none."""

    def write(root: Path) -> None:
        with np.load(root / file) as arrays:
            content = {key: arrays[key] for key in arrays.files}
        changed = change(content.pop(name))
        np.savez(root / file, **(content if changed is None else content | {name: changed}))

    return write


def tensor(run: str, name: str, change: Callable[[torch.Tensor], torch.Tensor | None]) -> Change:
    """A tensor of a run's weights; the digest of the file is made to fit."""

    def write(root: Path) -> None:
        path = root / "models" / run / "weights.safetensors"
        state = load_file(path)
        changed = change(state.pop(name).clone())
        save_file(state if changed is None else state | {name: changed.contiguous()}, path)
        settings = root / "models" / run / "settings.json"
        tree = json.loads(settings.read_text())
        tree.pop("files")
        settings.write_text(json.dumps(tree))

    return write


def put(place: Any, value: Any) -> Callable[[Any], Any]:
    """Of an array or tensor, with another value in one place."""

    def change(values: Any) -> Any:
        values[place] = value
        return values

    return change


def without_digests(run: str) -> Change:
    return in_json(f"models/{run}/settings.json", "files", DELETE)


def both(*changes: Change) -> Change:
    def write(root: Path) -> None:
        for change in changes:
            change(root)

    return write
