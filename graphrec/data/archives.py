"""Published archives: fetched, checked member by member, and put in place whole or not at all."""

import errno
import lzma
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import pooch

from graphrec.config.archives import ArchiveParams
from graphrec.config.errors import GraphrecError
from graphrec.config.files import sync
from graphrec.data.fetching import fetch_address

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises for bytes that are no archive."""
CHECKSUMS = Path(__file__).with_name("SHA256SUMS")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MOST_MEMBERS = 10_000
MOST_BYTES = 1 << 30
"""Of all pinned members, unpacked."""
MOST_RATIO = 1100
"""Of a member to its packed bytes: that of zeros is the largest that deflate has."""


class ArchiveError(GraphrecError):
    """The archive could not be had, or is not the published one; the message says what to do."""


def read_checksums(archive: ArchiveParams, path: Path = CHECKSUMS) -> dict[str, str]:
    """Pinned SHA-256 of each member of `archive`: {member: hexadecimal digest}.

    The members are pinned, not the zip file, which its publisher may pack anew. Raises ArchiveError
    if there are none.
    """
    prefix = f"{archive.name}!"
    rows = [row.split("  ", 1) for row in path.read_text().splitlines()]
    checksums = {
        name.removeprefix(prefix): digest for digest, name in rows if name.startswith(prefix)
    }
    if not checksums:
        raise ArchiveError(
            f"expected the SHA-256 of each member in {path}, as '<digest>  {prefix}<member>', "
            "got none: add those of an archive that you trust"
        )
    return checksums


def source_of(archive: ArchiveParams, mirror: str | None) -> str:
    """The address or file to read: the published one, or the file of that name in `mirror`."""
    return f"{mirror.rstrip('/')}/{archive.name}" if mirror else archive.url


def fetch(source: str, target: Path) -> None:
    """Copy `source`, a file or an http(s) address, to `target`, with a progress bar.

    Raises ArchiveError when it cannot be read to its end, OSError when there is no room for it.
    """
    try:
        if urlsplit(source).scheme in ("http", "https"):
            fetch_address(source, target)
        else:
            shutil.copyfile(source.removeprefix("file://"), target)
    except (OSError, ValueError) as error:  # also those of requests and TLS, and of no address
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise
        raise ArchiveError(f"expected to read {source}, got {error}") from error


def extract(path: Path, folder: Path, checksums: dict[str, str]) -> None:
    """Write the members named in `checksums` to `folder`, and check every one of them.

    Raises ArchiveError if the file is no zip, leaves its folder, lacks a member or has one whose
    SHA-256 differs; OSError if they cannot be written. Members that are not pinned are not written.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive.infolist(), checksums)
            archive.extractall(folder, checksums)
    except KeyError as error:
        raise ArchiveError(f"expected every pinned member, got {error.args[0]}") from error
    except ArchiveError:
        raise
    except DAMAGED as error:
        raise ArchiveError(f"expected a whole zip file, got {error}") from error
    for name, expected in checksums.items():
        digest = pooch.file_hash(str(folder / name))
        if digest != expected:
            raise ArchiveError(f"expected {name} with SHA-256 {expected}, got {digest}")
        sync(folder / name)


def _check_members(members: list[zipfile.ZipInfo], pinned: Collection[str]) -> None:
    """Raises ArchiveError before anything is written that could fill a disk, or lie elsewhere."""
    if len(members) > MOST_MEMBERS:
        raise ArchiveError(f"expected at most {MOST_MEMBERS:,} members, got {len(members):,}")
    size = 0
    for member in members:
        name = PurePosixPath(member.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts:
            raise ArchiveError(f"expected members below one folder, got '{name}': unsafe")
        if member.filename not in pinned:
            continue
        if member.header_offset < 0:  # of a file whose beginning was cut off
            raise ArchiveError(f"expected a whole zip file, got {name} before its beginning")
        if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
            raise ArchiveError(f"expected plain files, got '{name}', a link or the like: unsafe")
        if member.file_size > MOST_RATIO * max(member.compress_size, 1):
            raise ArchiveError(
                f"expected {name} of at most {MOST_RATIO} times its packed bytes, got "
                f"{member.file_size:,} of {member.compress_size:,}: unsafe"
            )
        size += member.file_size
    if size > MOST_BYTES:
        raise ArchiveError(f"expected at most {MOST_BYTES:,} bytes unpacked, got {size:,}")


def download(
    archive: ArchiveParams, folder: Path, mirror: str | None = None, checksums: Path = CHECKSUMS
) -> None:
    """Make `folder` hold the checked files of `archive`; on failure it is left as it was.

    `mirror` is a folder or base URL that replaces the published address. Raises ArchiveError,
    whose message says what was expected, what came and how to put the archive there by hand;
    OSError where `folder` cannot be written.
    """
    with scratch_folder(folder) as scratch:
        zipped, files = scratch / archive.name, scratch / "files"
        try:
            pinned = read_checksums(archive, checksums)
            fetch(source_of(archive, mirror), zipped)
            extract(zipped, files, pinned)
            if not (files / archive.folder).is_dir():
                raise ArchiveError(
                    f"expected pinned members below {archive.folder}/, got {', '.join(pinned)}"
                )
        except ArchiveError as error:
            raise ArchiveError(
                f"{archive.name}: {error}\n"
                f"Nothing was written. To go on by hand: get {archive.url} in any way you trust, "
                f"save it as {archive.name} in a folder, and set DATA_MIRROR to that folder."
            ) from error
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(folder)) from error
        shutil.rmtree(folder, ignore_errors=True)
        (files / archive.folder).replace(folder)


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` that is gone when the block ends, however it does.

    Its name is always the same: what a killed process has left of it is removed.
    """
    scratch = folder.with_name(f".download-{folder.name}")
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        scratch.mkdir(parents=True)
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
