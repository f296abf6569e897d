"""What dvc.lock says of a trained run: hashes of its data, parameters and code."""

import hashlib
import json
from pathlib import Path
from typing import Any, NotRequired

import yaml
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from graphrec.config.errors import FileError

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C one reads dvc.lock ten times as fast."""
CODE = ("graphrec/", "stages/")


class HashedFile(TypedDict):
    """A file or folder, and its hash."""

    path: str
    md5: str


class Entry(TypedDict):
    """What a stage has read and written."""

    deps: NotRequired[list[HashedFile]]
    params: NotRequired[dict[str, dict[str, Any]]]
    outs: NotRequired[list[HashedFile]]


class Lock(TypedDict):
    stages: dict[str, Entry]


def lock_entry(run: str, root: Path) -> Entry | None:
    """The entry of the stage that trained `run`.

    None where dvc.lock speaks of other files than those that are here: DVC writes an entry once
    its stage has ended. Raises FileError where the file is damaged.
    """
    lock = root / "dvc.lock"
    if not lock.exists():
        return None
    try:
        tree = TypeAdapter(Lock).validate_python(yaml.load(lock.read_bytes(), LOADER))
    except (yaml.YAMLError, ValidationError, UnicodeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise FileError(
            f"expected {lock} as DVC writes it, got {reason}: take it from git again "
            "(`git checkout dvc.lock`)"
        ) from error
    entry = tree["stages"].get(f"train@{run}")
    outs = entry.get("outs", []) if entry else []
    return entry if outs and all(_is_here(root, out) for out in outs) else None


def lock_tags(entry: Entry | None) -> dict[str, str]:
    """Hashes of the data, parameters and code of an entry; empty without one."""
    if entry is None:
        return {}
    deps = [f"{dep['path']} {dep['md5']}" for dep in entry.get("deps", [])]
    return {
        "data_hash": _digest([dep for dep in deps if not dep.startswith(CODE)]),
        "params_hash": _digest(entry.get("params")),
        "code_hash": _digest([dep for dep in deps if dep.startswith(CODE)]),
    }


def file_md5(path: Path) -> str:
    """As DVC has it of a file."""
    return hashlib.md5(path.read_bytes()).hexdigest()


def folder_md5(path: Path) -> str:
    """As DVC has it of a folder: the MD5 of a JSON list of its files and their MD5s."""
    files = sorted(file for file in path.rglob("*") if file.is_file())
    listed = [
        {"md5": file_md5(file), "relpath": file.relative_to(path).as_posix()} for file in files
    ]
    return hashlib.md5(json.dumps(listed, sort_keys=True).encode()).hexdigest() + ".dir"


def _is_here(root: Path, out: HashedFile) -> bool:
    path = root / out["path"]
    if not path.exists():
        return False
    return (folder_md5(path) if path.is_dir() else file_md5(path)) == out["md5"]


def _digest(tree: Any) -> str:
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()[:12]
