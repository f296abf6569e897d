"""Files of plain arrays (.npz), looked at before anything that they ask for is made."""

import math
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from graphrec.config.errors import FileError
from graphrec.config.files import whole

Arrays = dict[str, NDArray[Any]]
LONGEST_HEADER = 1 << 16
"""Bytes before an array's values, at most; most are 128."""
MOST_UNPACKED = 1 << 32
"""Bytes that a packed file may be when unpacked; others are no more than the file itself."""
HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
)
"""What zipfile and NumPy raise for bytes that nobody's `savez` has written."""


def write_arrays(path: Path, arrays: Iterable[tuple[str, NDArray[Any]]]) -> None:
    """As np.savez does, but one array at a time, and the same bytes with every Python.

    Pythons write the headers of 64 bits, which np.savez always asks for, in different ways: they
    are left to arrays that need them.
    """
    with whole(path) as part, zipfile.ZipFile(part, "w") as zipped:
        for name, array in arrays:
            member = zipfile.ZipInfo(f"{name}.npy")
            member.file_size = array.nbytes + LONGEST_HEADER
            with zipped.open(member, "w") as file:
                npy.write_array(file, array, allow_pickle=False)


def read_arrays(path: Path) -> Arrays:
    """All arrays of a file, by name.

    Raises FileError where it is missing, is no .npz of plain arrays, or one of its headers asks for
    more than the file holds.
    """
    try:
        with warnings.catch_warnings(), zipfile.ZipFile(path) as zipped:
            warnings.simplefilter("error")
            _check_size(zipped)
            return {
                member.filename.removesuffix(".npy"): _read(zipped, member)
                for member in zipped.infolist()
            }
    except FileNotFoundError as error:
        raise FileError(
            f"expected {path}, got none: run the stage that makes it (`dvc repro`)"
        ) from error
    except DAMAGED as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FileError(
            f"expected a whole file of arrays in {path}, got {reason}: run the stage that makes it "
            "again (`dvc repro`)"
        ) from error


def _check_size(zipped: zipfile.ZipFile) -> None:
    packed = [member for member in zipped.infolist() if member.compress_type]
    if (size := sum(member.file_size for member in packed)) > MOST_UNPACKED:
        raise ValueError(f"{size:,} bytes when unpacked, more than {MOST_UNPACKED:,}")


def _read(zipped: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    if member.header_offset < 0:  # of a file whose beginning was cut off
        raise zipfile.BadZipFile(f"the array {member.filename} before the beginning of the file")
    with zipped.open(member) as file:
        version = npy.read_magic(file)
        if version not in HEADERS:
            raise ValueError(f"version {version} in the array {member.filename}")
        shape, fortran_order, dtype = HEADERS[version](file)
        size = math.prod(shape) * dtype.itemsize
        if dtype.hasobject or dtype.names or min(shape, default=0) < 0:
            raise ValueError(f"no plain array in {member.filename}, but {dtype} {shape}")
        if size != member.file_size - file.tell():
            raise ValueError(
                f"an array of {size:,} bytes in {member.filename}, which has "
                f"{member.file_size - file.tell():,}"
            )
        content = bytearray(file.read())
        if len(content) != size:
            raise EOFError(f"{len(content):,} of {size:,} bytes in {member.filename}")
        array = np.frombuffer(content, dtype) if size else np.empty(math.prod(shape), dtype)
        return array.reshape(shape, order="F" if fortran_order else "C")
