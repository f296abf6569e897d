"""Files from afar: as many bytes as were promised, within a time and a size."""

import time
from functools import partial
from pathlib import Path

import pooch
import requests
import urllib3
from tqdm import tqdm

TIMEOUT = 30.0  # seconds without a byte
DEADLINE = 1800.0  # seconds in all, retries among them: a server may send a byte a second for ever
RETRIES = 4
MOST_BYTES = 1 << 29
BLOCK = 1 << 16


def fetch_address(address: str, target: Path) -> None:
    """Copy what is at an http(s) address to `target`, with a progress bar.

    What fails for a moment is tried again. Raises an OSError, those of requests and of TLS among
    them, where it cannot be read to its end, is larger than MOST_BYTES, or takes longer than
    DEADLINE.
    """
    pooch.Pooch(
        path=target.parent,
        base_url="",
        registry={target.name: None},
        urls={target.name: address},
        retry_if_failed=RETRIES,
    ).fetch(target.name, downloader=partial(_download, deadline=time.monotonic() + DEADLINE))


def _download(url: str, path: str, _: pooch.Pooch, deadline: float) -> None:
    try:
        with requests.get(url, timeout=TIMEOUT, stream=True) as response:
            response.raise_for_status()
            _write(response, Path(path), deadline)
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError(error) from error  # which pooch tries again


def _write(response: requests.Response, path: Path, deadline: float) -> None:
    total = int(response.headers.get("content-length") or 0) or None
    count = 0
    with path.open("wb") as file, tqdm(total=total, unit="B", unit_scale=True) as progress:
        # As it comes: a whole block may take as long as a slow server likes.
        while block := response.raw.read1(BLOCK, decode_content=True):
            count += len(block)
            if count > MOST_BYTES:
                raise OSError(f"more than {MOST_BYTES:,} bytes")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{count:,} bytes and no end after {DEADLINE:.0f} seconds")
            file.write(block)
            progress.update(len(block))
