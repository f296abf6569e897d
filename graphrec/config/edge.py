"""The edge of every command: its arguments, its exit code, and the one line that a mistake costs.

Whatever a person can mend ends in a line on stderr and exit code 1, a wrong call in exit code 2. A
traceback is a bug.
"""

import errno
import inspect
import os
import re
import sys
from collections.abc import Callable, Sequence

from graphrec.config.errors import GraphrecError
from graphrec.config.section import NAME

ADVICE = {
    errno.ENOENT: "run the stage that makes it (`dvc repro`), or put it there",
    errno.EACCES: "allow this user to read and write it",
    errno.EPERM: "allow this user to read and write it",
    errno.EROFS: "work in a folder that can be written",
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EISDIR: "a file is needed under that name, move the folder away",
    errno.ENOTDIR: "a folder is needed under that name, move the file away",
    errno.EEXIST: "move away what is in the place",
}
SMALLER = "take fewer columns, smaller batches or less data"
INTERRUPTED = 130
"""What a shell says of a command that Ctrl-C has ended."""


class UsageError(GraphrecError):
    """A command was called with other arguments than it takes."""


def run_command(
    name: str,
    main: Callable[..., None],
    takes: str = "",
    arguments: Sequence[str] | None = None,
) -> None:
    """Call `main` with the arguments of the command `name`, by default those of this process.

    `takes` says what its one argument is, such as "run"; nothing for none. Where `main` needs it
    and nobody gives it, it is what DVC says of the stage that it runs: `own-base` of
    `train@own-base`. DVC says it in a variable, since a name within the command itself would
    be read by a shell.
    """
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")  # for a terminal that lacks some letters
    given = list(sys.argv[1:] if arguments is None else arguments)
    if {"-h", "--help"} & {*given}:
        print(inspect.getdoc(inspect.getmodule(main)))
        return
    try:
        main(*_checked(name, main, takes, given))
    except UsageError as error:
        _leave(name, str(error), 2)
    except GraphrecError as error:
        _leave(name, str(error))
    except OSError as error:
        _leave(name, describe(error))
    except MemoryError as error:
        _leave(name, f"expected enough memory, got {_first(error)}: {SMALLER}")
    except RuntimeError as error:
        if not re.search(r"out of memory|can't allocate memory", str(error)):
            raise
        _leave(name, f"expected enough memory, got {_first(error)}: {SMALLER}")
    except KeyboardInterrupt:
        _leave(name, "interrupted", INTERRUPTED)


def describe(error: OSError) -> str:
    """An error of the system with what to do about it."""
    reason = error.strerror or _first(error)
    advice = ADVICE.get(error.errno or 0, "look at the path, the disk or the network")
    if error.filename is None:
        return f"expected to read and write, got {reason}: {advice}"
    return f"expected to read and write {os.fsdecode(error.filename)}, got {reason}: {advice}"


def _checked(name: str, main: Callable[..., None], takes: str, given: list[str]) -> list[str]:
    (*parameters,) = inspect.signature(main).parameters.values()
    needed = [each for each in parameters if each.default is inspect.Parameter.empty]
    if needed and not given and (of_stage := _name_from_dvc(name)):
        given = [of_stage]
    if len(given) < len(needed) or len(given) > len(parameters):
        wanted = f"{'one argument' if needed else 'at most one argument'}, a {takes}"
        raise UsageError(
            f"expected {wanted if parameters else 'no arguments'}, "
            f"got {' '.join(map(repr, given)) or 'none'}: call python -m {_module(main)}"
            f"{f' <{takes}>' if parameters else ''}"
        )
    if needed and not re.fullmatch(NAME, given[0]):
        raise UsageError(
            f"expected the name of the {takes} in lower-case letters, digits and hyphens, from a "
            f"letter, got {given[0]!r}: give the name that stands in params.yaml"
        )
    return given


def _name_from_dvc(name: str) -> str:
    """What follows `name@` in the stage that DVC is running; nothing for another stage."""
    match = re.fullmatch(rf"([^@]*:)?{name}@(?P<key>.+)", os.environ.get("DVC_STAGE", ""), re.S)
    return match["key"] if match else ""


def _module(main: Callable[..., None]) -> str:
    """As `python -m` wants it, which calls the module that it runs `__main__`."""
    module = sys.modules[main.__module__]
    return module.__spec__.name if module.__spec__ else main.__module__


def _first(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _leave(name: str, message: str, code: int = 1) -> None:
    print(f"{name}: {message}", file=sys.stderr)
    sys.exit(code)
