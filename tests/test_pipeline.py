"""dvc.yaml and params.yaml held against the code: run names, dependencies, parameters."""

import re

import numpy as np
import pytest
import yaml

from graphrec.config.settings import run_settings
from graphrec.data.storage import save_dataset
from tests.faults import PARAMS, TREE
from tests.imports import ROOT, closure

PIPELINE = ROOT / "dvc.yaml"
STAGES = yaml.safe_load(PIPELINE.read_text())["stages"]
RUNS = TREE["runs"]
KEYS = ("${key}", "${item.dataset}")
"""Of a data set, in dvc.yaml."""


def definition(stage: str) -> dict:
    return STAGES[stage].get("do", STAGES[stage])


def paths_of(entries: list) -> list[str]:
    """Paths of deps or outs, whether or not they bear options."""
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


def code_deps(stage: str) -> list[str]:
    """Packages, and single files, of the project's code."""
    paths = paths_of(definition(stage)["deps"])
    return [path for path in paths if path.startswith(("graphrec/", "stages/"))]


def covers(dep: str, path: str) -> bool:
    """Whether a dependency is `path`, or a folder around it."""
    return path == dep or path.startswith(f"{dep}/")


def test_run_names_are_such_that_dvc_can_bear_them():
    for name in RUNS:
        assert re.fullmatch(r"[a-z][a-z0-9-]*", name)


def test_every_run_has_the_same_keys():
    """`--set-param` can change a key only where it is written."""
    assert len({tuple(run) for run in RUNS.values()}) == 1


@pytest.mark.parametrize("dataset", ["movielens", "imdb"])
def test_each_data_set_has_five_runs_four_of_which_change_one_thing(dataset):
    runs = {name: run for name, run in RUNS.items() if run["dataset"] == dataset}
    base = runs.pop(f"{dataset}-base")
    assert len(runs) == 4
    assert all(name.startswith(f"{dataset}-") for name in runs)
    changed = [
        {key: value for key, value in run.items() if value != base[key]} for run in runs.values()
    ]
    assert all(len(change) == 1 for change in changed)
    assert len({str(change) for change in changed}) == 4


def test_the_runs_are_those_that_were_promised():
    for dataset in ("movielens", "imdb"):
        expected = {"layers": 2, "soft_sampling": False, "risk": "total"}
        assert RUNS[f"{dataset}-base"].items() >= expected.items()
        assert RUNS[f"{dataset}-mse"]["risk"] == "mse"
        assert RUNS[f"{dataset}-soft"]["soft_sampling"] is True
        assert RUNS[f"{dataset}-layers3"]["layers"] == 3
        assert RUNS[f"{dataset}-layers4"]["layers"] == 4


def test_the_pipeline_fits_in_the_head():
    assert len(PIPELINE.read_text().splitlines()) <= 150


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_runs_its_own_file(stage):
    command = definition(stage)["cmd"]
    file = re.match(r"python -m stages\.(\w+)", command).group(1)
    assert (ROOT / "stages" / f"{file}.py").exists()
    assert f"stages/{file}.py" in code_deps(stage)


@pytest.mark.parametrize("stage", STAGES)
def test_deps_cover_the_imports(stage):
    """A change of any of these files can change what the stage puts out."""
    missing = {
        path
        for path in closure(f"stages/{stage}.py")
        if not any(covers(dep, path) for dep in code_deps(stage))
    }
    assert missing == set()


@pytest.mark.parametrize("stage", STAGES)
def test_deps_name_no_package_that_is_not_imported(stage):
    """An edit must not rerun what it cannot change: some stages take minutes."""
    imported = closure(f"stages/{stage}.py")
    code = [dep for dep in code_deps(stage) if (ROOT / dep).is_dir() or dep.endswith(".py")]
    assert [dep for dep in code if not any(covers(dep, path) for path in imported)] == []


def test_code_that_is_a_dep_exists():
    for stage in STAGES:
        for path in code_deps(stage):
            assert (ROOT / path).exists(), f"{stage}: {path}"


def test_training_cannot_read_the_test_part():
    reading = {
        stage
        for stage in STAGES
        for dep in paths_of(definition(stage)["deps"])
        if any(covers(dep, f"data/prepared/{key}/test.npz") for key in KEYS)
    }
    assert "evaluate" in reading
    assert reading <= {"evaluate", "baseline", "explore", "report"}


def test_the_test_part_is_not_in_the_file_that_training_reads(movielens, tmp_path):
    save_dataset(tmp_path / "training.npz", movielens.data)
    with np.load(tmp_path / "training.npz") as arrays:
        assert not [name for name in arrays.files if name.startswith("test")]


def tracked_params(stage: str, key: str, item: object = None) -> list[str]:
    """The params of one entry of a stage, as DVC fills them in."""
    filled = []
    for entry in definition(stage)["params"]:
        entry = entry.replace("${key}", key)
        for name in item if isinstance(item, dict) else ():
            entry = entry.replace(f"${{item.{name}}}", str(item[name]))
        filled.append(entry)
    return filled


@pytest.mark.parametrize("name", RUNS)
def test_everything_that_a_run_s_settings_hold_makes_dvc_train_it_again(name):
    """Either train tracks it, or a stage whose output train reads."""
    dataset, hyperparameters = RUNS[name]["dataset"], RUNS[name]["hyperparameters"]
    tracked = tracked_params("train", name, RUNS[name])
    tracked += tracked_params("preprocess", dataset)
    sections = {
        "run": f"runs.{name}",
        "dataset": f"datasets.{dataset}",
        "hyperparameters": f"hyperparameters.{hyperparameters}",
    }
    for setting in run_settings(PARAMS, name):
        section, dot, rest = setting.partition(".")
        key = sections.get(section, section) + dot + rest
        assert any(key == entry or key.startswith(f"{entry}.") for entry in tracked), (
            f"{key} is not among {tracked}"
        )


@pytest.mark.parametrize("stage", STAGES)
def test_params_that_stages_track_exist(stage):
    loop = STAGES[stage].get("foreach", "").strip("${}")
    entries = TREE[loop].items() if loop else [("", None)]
    for key, item in entries:
        for entry in tracked_params(stage, key, item) if "params" in definition(stage) else ():
            tree = TREE
            for part in entry.split("."):
                assert part in tree, f"{stage}: {entry}"
                tree = tree[part]


def test_params_that_make_sets_exist():
    """In a shell's loop over data sets, or over settings."""
    text = (ROOT / "Makefile").read_text()
    loops = dict(re.findall(r"for (\w+) in ([\w ]+);", text))
    entries = re.findall(r'--set-param "([^=]+)=', text)
    assert len(entries) > 3
    for entry in entries:
        variable = re.search(r"\$\$(\w+)", entry)
        for value in loops[variable[1]].split():
            tree = TREE
            for part in entry.replace(variable[0], value).split("."):
                assert part in tree, f"{entry} with {value}"
                tree = tree[part]


def test_make_targets_that_are_spoken_of_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    files = [
        ROOT / "README.md",
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("graphrec/**/*.py"),
        *ROOT.glob("stages/*.py"),
        *ROOT.glob("benchmarks/*.py"),
    ]
    for path in files:
        for target in re.findall(r"`make ([a-z-]+)", path.read_text()):
            assert target in targets, f"{path.name} speaks of `make {target}`"
