"""The lock files pin what requirements*.txt ask for, by hash, and name no place to take it from."""

import re

import pytest
from packaging.utils import canonicalize_name

from tests.pipeline import PROJECT

UNLOCKED = ("torch", "torch-scatter", "torch-sparse")
"""Their wheels depend on the index and on who compiled them."""
LOCKS = ("requirements", "requirements-dev", "requirements-server", "requirements-cluster")
BUILD = ("requirements", "requirements-dev")
"""Those that hold what torch needs before it."""


def asked(name: str) -> dict[str, str]:
    """Release by package, of a file and of those that it includes."""
    pins = {}
    for line in (PROJECT / f"{name}.txt").read_text().splitlines():
        if line.startswith("-r "):
            pins |= asked(line.removeprefix("-r ").removesuffix(".txt"))
        elif match := re.match(r"([\w-]+)(?:\[.*\])?==(\S+)", line):
            pins[canonicalize_name(match[1])] = match[2]
    return pins


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_is_locked_by_hash(name):
    text = (PROJECT / f"{name}.lock").read_text()
    entries = re.findall(
        r"^([\w.-]+)==(\S+)(?: ; .*?)? \\\n((?:    --hash=sha256:.*\n?)+)", text, re.M
    )
    locked = {(package, release) for package, release, _ in entries}
    assert len(entries) == sum(not line.startswith((" ", "#")) for line in text.splitlines())
    pins = asked(name) | (asked("requirements-build") if name in BUILD else {})
    missing = {(package, pin) for package, pin in pins.items() if package not in UNLOCKED} - locked
    assert not missing, f"{name}.lock is behind its .txt: call make lock"
    assert not {package for package, _ in locked} & set(UNLOCKED)


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_file_says_where_to_take_it_from(name):
    text = (PROJECT / f"{name}.lock").read_text()
    assert "://" not in text
    assert not re.search(r"^--", text, re.M)
