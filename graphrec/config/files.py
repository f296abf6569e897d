"""Files that appear whole or not at all, and are written by one process at a time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from graphrec.config.errors import FileError

PREFIX = ".part-"
"""Of a file that is being written. A name of its own for each file, and always the same: what a
killed process leaves is overwritten by the next."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write what shall be at `path` once the block has ended well; makes its folder.

    The yielded path, in the same folder and with the same suffix, is moved to `path` when its bytes
    are on the disk. If the block raises, `path` is left as it was and nothing beside it. An OSError
    without a file's name, as of a full disk, is given that of `path`.
    """
    part = path.with_name(f"{PREFIX}{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        sync(part)
        part.replace(path)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename in (None, os.fspath(part)):
            error.filename = os.fspath(path)
        with suppress(OSError):  # where nothing can be written, there is nothing to remove
            part.unlink()
        raise


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` whole or not at all. Raises OSError."""
    with whole(path) as part:
        part.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all. Raises OSError."""
    write_bytes(path, text.encode())


@contextmanager
def alone(lock: Path, work: str) -> Iterator[None]:
    """Hold `lock`, which falls with the process; `work` says what is done, as in "trains a-run".

    Where the file system knows no locks, or none can be written, nothing is held. Raises FileError
    where another process holds it.
    """
    held = FileLock(lock, blocking=False, fallback_to_soft=False)
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        held.acquire()
    except Timeout as error:
        raise FileError(
            f"expected one process that {work}, got another that is at it (it holds {lock}): "
            "wait until it ends, or stop it"
        ) from error
    except OSError:
        pass  # what cannot be locked is trained all the same
    try:
        yield
    finally:
        held.release()


def sync(path: Path) -> None:
    """Have what has been written to `path` on the disk: else a power cut may leave a new name
    with old content."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
