"""What a fault is."""

from typing import NamedTuple


class Fault(NamedTuple):
    """A piece of a file, what it is replaced by, and which test files have to notice."""

    file: str
    before: str
    """Text that the file has once."""
    after: str
    tests: tuple[str, ...]


def faults_of(file: str, tests: str, *changes: tuple[str, str]) -> list[Fault]:
    """One fault for each change of graphrec/`file`; `tests` names files below tests/."""
    paths = tuple(f"tests/{test}.py" for test in tests.split())
    return [Fault(f"graphrec/{file}", before, after, paths) for before, after in changes]
