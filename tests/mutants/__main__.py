"""Puts faults into a copy of the project, one at a time, and says which of them no test notices.

Run as `python -m tests.mutants`, with parts of file names to try the faults of these files alone.
"""

import argparse
import compileall
import multiprocessing
import os
import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from py_compile import PycInvalidationMode

import pytest

from tests.mutants import answers, data, evaluation, filters, graph, models, training
from tests.mutants.fault import Fault

ROOT = Path(__file__).parents[2]
PACKAGES = ("graphrec", "stages", "tests", "benchmarks")
COPIED = (*PACKAGES, "params.yaml", "dvc.yaml", "pyproject.toml")
FAULTS = [
    fault
    for area in (evaluation, data, graph, models, filters, training, answers)
    for fault in area.FAULTS
]
SECONDS = 300
"""Of a fault's tests, beyond which they count as having noticed: it does not end any more."""
UNTRIED = (
    pytest.ExitCode.INTERNAL_ERROR,
    pytest.ExitCode.USAGE_ERROR,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)


def copy_project(folder: Path) -> None:
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder)
    # A faulty file is as old as it was, to the second; its hash is another.
    compileall.compile_dir(folder, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)


def import_libraries() -> None:
    """What the tests import, once: a fault has a process of its own, but for the project alone."""
    for name in ("sklearn.metrics", "torch_geometric.loader", "tests.conftest"):
        import_module(name)


def forget_project() -> None:
    for name in [name for name in sys.modules if name.split(".")[0] in PACKAGES]:
        del sys.modules[name]


class FirstExample:
    """Has hypothesis stop at the first example that fails, instead of looking for a simpler one."""

    def pytest_configure(self) -> None:
        from hypothesis import Phase, settings  # which pytest has to see first

        settings.register_profile("first", phases=[Phase.explicit, Phase.generate])
        settings.load_profile("first")


def run_tests(folder: Path, tests: tuple[str, ...]) -> None:
    """Ends the process, with pytest's exit status."""
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    forget_project()  # the copy has its own
    os.dup2(os.open(folder / "output.txt", os.O_CREAT | os.O_WRONLY | os.O_TRUNC), 1)
    sys.exit(
        pytest.main(["-x", "-q", "--tb=line", "-p", "no:cacheprovider", *tests], [FirstExample()])
    )


def pass_tests(folder: Path, tests: tuple[str, ...]) -> bool:
    """Whether all tests pass, in a process that has imported nothing of the project."""
    process = multiprocessing.get_context("fork").Process(target=run_tests, args=(folder, tests))
    process.start()
    process.join(SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
    if process.exitcode in UNTRIED:
        output = (folder / "output.txt").read_text()
        raise RuntimeError(f"expected tests to run, got exit status {process.exitcode}: {output}")
    return process.exitcode == 0


def survives(folder: Path, fault: Fault) -> bool:
    path = folder / fault.file
    text = path.read_text()
    if text.count(fault.before) != 1:
        raise ValueError(
            f"expected once in {fault.file}, got {text.count(fault.before)} times: {fault.before}"
        )
    changed = text.replace(fault.before, fault.after)
    compile(changed, fault.file, "exec")  # what any test would notice is no fault
    path.write_text(changed)
    try:
        return pass_tests(folder, fault.tests)
    finally:
        path.write_text(text)


def main(wanted: list[str]) -> int:
    """How many faults nobody notices."""
    faults = [fault for fault in FAULTS if not wanted or any(part in fault.file for part in wanted)]
    import_libraries()
    survivors = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copy_project(folder)
        tests = tuple(sorted({test for fault in faults for test in fault.tests}))
        if not pass_tests(folder, tests):
            sys.exit(
                f"expected all tests to pass without a fault: {(folder / 'output.txt').read_text()}"
            )
        for fault in faults:
            alive = survives(folder, fault)
            survivors += alive
            word = "SURVIVES" if alive else "noticed"
            print(f"{word:8}  {fault.file}: {fault.before!r} -> {fault.after!r}", flush=True)
    print(f"{len(faults)} faults, {survivors} of them noticed by no test")
    return survivors


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("file", nargs="*", help="part of a file's name, as `splits`")
    sys.exit(main(parser.parse_args().file) > 0)
