"""The library's rooms: who imports whom, what no module names, how long they are."""

import re
import statistics
from pathlib import Path

import pytest

from tests.floor_plan import FLOOR_PLAN
from tests.imports import ROOT, modules_of

LIBRARY = sorted((ROOT / "graphrec").rglob("*.py"))
STAGES = sorted((ROOT / "stages").glob("*.py"))
SERVED = ROOT / "graphrec" / "answers" / "served.py"
"""Runs inside MLflow."""
BENCHMARKS = sorted((ROOT / "benchmarks").glob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def package_of(path: Path) -> str:
    """`data` of graphrec/data/readers/choice.py."""
    return path.relative_to(ROOT / "graphrec").parts[0]


def test_every_package_is_on_the_floor_plan():
    assert {path.parent.name for path in ROOT.glob("graphrec/*/__init__.py")} == set(FLOOR_PLAN)
    names = {path.name for path in ROOT.glob("graphrec/*.py")}
    assert names == {"__init__.py", "__main__.py"}


def test_the_command_line_is_all_that_stands_outside_the_rooms():
    modules = {m for m in modules_of("graphrec/__main__.py") if m.startswith("graphrec")}
    assert modules == {"graphrec.answers.commands", "graphrec.answers.commands.graphrec"}


def test_the_floor_plan_goes_one_way():
    names = list(FLOOR_PLAN)
    for place, (package, others) in enumerate(FLOOR_PLAN.items()):
        assert others <= set(names[:place]), package


@pytest.mark.parametrize("package", FLOOR_PLAN)
def test_a_package_imports_only_what_the_floor_plan_allows(package):
    allowed = FLOOR_PLAN[package] | {package}
    for path in (ROOT / "graphrec" / package).rglob("*.py"):
        for module in modules_of(name_of(path)):
            top, _, rest = module.partition(".")
            assert top not in ("stages", "dvc", "benchmarks", "tests"), name_of(path)
            assert top != "mlflow" or package == "tracking" or path == SERVED, name_of(path)
            if top == "graphrec" and rest:
                assert rest.split(".")[0] in allowed, f"{name_of(path)} imports {module}"


def test_readers_alone_know_a_data_set_by_its_name():
    """Comments too: everything else asks what a data set is."""
    paths = [path for folder in ("graphrec", "stages") for path in (ROOT / folder).rglob("*")]
    for path in paths:
        name = name_of(path)
        if path.is_dir() or "__pycache__" in name or path.name == "SHA256SUMS":
            continue
        if not name.startswith("graphrec/data/readers/"):
            match = re.search(r"movielens|imdb", path.read_text(), re.IGNORECASE)
            assert match is None, f"{name} names {match and match[0]}"


def test_no_stage_speaks_of_the_readme():
    """Stages write below data/, models/ and reports/, never a file that people edit."""
    for path in STAGES:
        assert "README" not in path.read_text(), name_of(path)


def test_a_module_fits_in_the_head():
    lengths = {
        name_of(path): len(path.read_text().splitlines())
        for path in (*LIBRARY, *STAGES, *BENCHMARKS)
        if path.name != "__init__.py"
    }
    assert {name: length for name, length in lengths.items() if length > 200} == {}
    assert statistics.median(lengths.values()) <= 100
