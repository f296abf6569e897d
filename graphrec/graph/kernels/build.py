"""The C++ files beside this one as a shared library of this machine's, compiled once."""

import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
from ctypes import CDLL
from pathlib import Path

import platformdirs

FOLDER = Path(__file__).parent
SOURCES = sorted(FOLDER.glob("*.cpp"))
FLAGS = ["-std=c++17", "-O3", "-march=native", "-fopenmp", "-fPIC", "-shared"]
COMPILERS = ("c++", "g++", "clang++")

log = logging.getLogger(__name__)


def build(folder: Path | None = None) -> CDLL | None:
    """The library; None, with a line in the log, where it can't be compiled.

    `$CXX`, or the first of COMPILERS that is there, compiles it to `folder`, the user's cache by
    default, under a name that stands for the source, the compiler and the processor.
    """
    compiler = os.environ.get("CXX") or next(filter(shutil.which, COMPILERS), None)
    if compiler is None:
        _tell(f"expected one of {', '.join(COMPILERS)} or $CXX, got no C++ compiler")
        return None
    try:
        # The predefined macros tell the compiler's version and the processor's instructions.
        macros = _run(compiler, *FLAGS, "-dM", "-E", "-x", "c++", os.devnull)
        files = [*SOURCES, *sorted(FOLDER.glob("*.h"))]
        key = hashlib.sha256(macros + b"".join(file.read_bytes() for file in files)).hexdigest()[
            :16
        ]
        folder = folder or platformdirs.user_cache_path("graphrec")
        path = folder / f"kernels-{key}.so"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder) as making:
                made = Path(making) / path.name
                _run(compiler, *FLAGS, *map(str, SOURCES), "-o", str(made))
                made.replace(path)  # whole, for any process that has been waiting or compiling too
        return CDLL(str(path))
    except subprocess.CalledProcessError as error:
        _tell(f"{compiler} failed: {error.stderr.decode(errors='replace').strip()}")
    except OSError as error:
        _tell(f"{compiler}: {error}")
    return None


def _run(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout


def _tell(why: str) -> None:
    log.warning("Training takes about twice as long, in torch's operators alone: %s", why)
