"""The published archives: fetched, checked file by file, and put in place whole or not at all."""

import hashlib
import shutil
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from tqdm import tqdm
from urllib3.util import Retry

CHECKSUMS = Path(__file__).with_name("SHA256SUMS")
CHUNK = 1 << 16  # bytes read at a time


class ArchiveError(Exception):
    """The archive could not be had, or is not the published one; the message says what to do."""


@dataclass(frozen=True)
class Archive:
    """Where a data set is published, and the name of its zip file."""

    name: str
    url: str
    folder: str = ""
    """Folder within the zip that holds the files."""


ARCHIVES = {
    "movielens": Archive(
        "ml-100k.zip", "https://files.grouplens.org/datasets/movielens/ml-100k.zip", "ml-100k"
    ),
    "imdb": Archive(
        "IMDB_processed.zip", "https://www.dropbox.com/s/g0btk9ctr1es39x/IMDB_processed.zip?dl=1"
    ),
}


def read_checksums(archive: Archive, path: Path = CHECKSUMS) -> dict[str, str]:
    """Pinned SHA-256 of each member of `archive`: {member: hexadecimal digest}."""
    lines = (line.split("  ", 1) for line in path.read_text().splitlines())
    prefix = f"{archive.name}!"
    return {name.removeprefix(prefix): digest for digest, name in lines if name.startswith(prefix)}


def source_of(archive: Archive, mirror: str | None) -> str:
    """The address or file to read: the published one, or the file of that name in `mirror`."""
    if not mirror:
        return archive.url
    return f"{mirror.rstrip('/')}/{archive.name}"


def fetch(source: str, target: Path, timeout: float = 30.0, retries: int = 4) -> None:
    """Copy `source`, a file or an http(s) address, to `target`, with a progress bar.

    Raises ArchiveError when it cannot be read to its end.
    """
    try:
        if urlsplit(source).scheme in ("http", "https"):
            _fetch_url(source, target, timeout, retries)
        else:
            shutil.copyfile(source.removeprefix("file://"), target)
    except (OSError, requests.RequestException) as error:  # RequestException covers TLS errors
        raise ArchiveError(f"expected to read {source}, got {error}") from error


def _fetch_url(url: str, target: Path, timeout: float, retries: int) -> None:
    with _session(retries) as session, session.get(url, stream=True, timeout=timeout) as response:
        response.raise_for_status()
        length = int(response.headers.get("Content-Length", 0)) or None
        with (
            target.open("wb") as file,
            tqdm(total=length, unit="B", unit_scale=True, desc=target.name) as bar,
        ):
            for chunk in response.iter_content(CHUNK):
                file.write(chunk)
                bar.update(len(chunk))
        if length is not None and bar.n < length:
            raise ArchiveError(f"expected {length} bytes from {url}, got {bar.n}: try again")


def _session(retries: int) -> requests.Session:
    retry = Retry(total=retries, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504))
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=retry))
    session.mount("http://", HTTPAdapter(max_retries=retry))
    return session


def extract(path: Path, folder: Path, checksums: dict[str, str]) -> None:
    """Write the members named in `checksums` to `folder`, after checking every one of them.

    Raises ArchiveError if the file is no zip, leaves its folder, lacks a member or has one whose
    SHA-256 differs. Members that are not pinned are not written.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            for name in names:
                if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                    raise ArchiveError(f"expected members below one folder, got {name!r}: unsafe")
            for name, expected in checksums.items():
                if name not in names:
                    raise ArchiveError(f"expected a member {name!r}, got an archive without it")
                content = archive.read(name)
                got = hashlib.sha256(content).hexdigest()
                if got != expected:
                    raise ArchiveError(f"expected {name} with SHA-256 {expected}, got {got}")
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ArchiveError(f"expected a whole zip file, got {error}") from error


def download(
    dataset: str, folder: Path, mirror: str | None = None, checksums: Path = CHECKSUMS
) -> None:
    """Make `folder` hold the checked files of `dataset`; on failure it is left as it was.

    `mirror` is a folder or base URL that replaces the published address. Raises ArchiveError,
    whose message says what was expected, what came and how to put the archive there by hand.
    """
    archive = ARCHIVES[dataset]
    source = source_of(archive, mirror)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".download-") as scratch:
        zipped, files = Path(scratch, archive.name), Path(scratch, "files")
        try:
            fetch(source, zipped)
            extract(zipped, files, read_checksums(archive, checksums))
        except ArchiveError as error:
            raise ArchiveError(
                f"{dataset}: {error}\n"
                f"Nothing was written. To go on by hand: get {archive.url} in any way you trust, "
                f"save it as {archive.name} in a folder, and set DATA_MIRROR to that folder."
            ) from error
        shutil.rmtree(folder, ignore_errors=True)
        (files / archive.folder).replace(folder)
