"""dvc.yaml and params.yaml held against the code: run names, dependencies, parameters."""

import ast
import re

import numpy as np
import pytest
import yaml

from graphrec.config.params import check_params, run_settings
from graphrec.data.interactions import save_training_data
from tests.imports import ROOT, closure

PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text())
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
RUNS = PARAMS["runs"]


def definition(stage: str) -> dict:
    return STAGES[stage].get("do", STAGES[stage])


def names_of(entries: list) -> list[str]:
    """Paths of deps or outs, whether or not they bear options."""
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


def code_deps(stage: str) -> set[str]:
    """Python files among the deps, those of a folder too."""
    paths = names_of(definition(stage)["deps"])
    folders = [path for path in paths if path.startswith("graphrec/") and (ROOT / path).is_dir()]
    inside = {
        file.relative_to(ROOT).as_posix()
        for folder in folders
        for file in (ROOT / folder).glob("*.py")
    }
    return inside | {path for path in paths if path.endswith(".py")}


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


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_runs_its_own_file(stage):
    command = definition(stage)["cmd"]
    file = re.match(r"python -m stages\.(\w+)", command).group(1)
    assert (ROOT / "stages" / f"{file}.py").exists()
    assert f"stages/{file}.py" in code_deps(stage)


@pytest.mark.parametrize("stage", STAGES)
def test_deps_cover_the_imports(stage):
    """A change of any of these files can change what the stage puts out."""
    assert closure(f"stages/{stage}.py") - code_deps(stage) == set()


@pytest.mark.parametrize("stage", STAGES)
def test_deps_name_no_code_that_is_not_imported(stage):
    """An edit must not rerun what it cannot change: some stages take minutes."""
    assert code_deps(stage) - closure(f"stages/{stage}.py") == set()


def test_files_that_are_deps_exist():
    for stage in STAGES:
        code = [path for path in names_of(definition(stage)["deps"]) if path.startswith("graphrec")]
        for path in code:
            assert (ROOT / path).exists(), f"{stage}: {path}"


def test_training_cannot_read_the_test_part():
    reading = {
        stage
        for stage in STAGES
        if any("test.npz" in path for path in names_of(definition(stage)["deps"]))
    }
    assert "evaluate" in reading
    assert reading <= {"evaluate", "baseline", "explore"}


def test_the_test_part_is_not_in_the_file_that_training_reads(movielens, tmp_path):
    save_training_data(tmp_path / "training.npz", movielens.data)
    with np.load(tmp_path / "training.npz") as arrays:
        assert not [name for name in arrays.files if name.startswith("test")]


def tracked_params(stage: str, key: str, item: str | dict) -> list[str]:
    """The params of one entry of a stage, as DVC fills them in."""
    filled = []
    for entry in definition(stage).get("params", []):
        entry = entry.replace("${key}", key).replace("${item}", str(item))
        for name in item if isinstance(item, dict) else ():
            entry = entry.replace(f"${{item.{name}}}", str(item[name]))
        filled.append(entry)
    return filled


@pytest.mark.parametrize("name", RUNS)
def test_everything_that_a_run_s_settings_hold_makes_dvc_train_it_again(name):
    """Either train tracks it, or a stage whose output train reads."""
    dataset = RUNS[name]["dataset"]
    tracked = tracked_params("train", name, RUNS[name])
    tracked += tracked_params("preprocess", dataset, STAGES["preprocess"]["foreach"][dataset])
    tracked += tracked_params("filter", dataset, dataset)
    for setting in run_settings(check_params(PARAMS), name):
        key = setting.replace("run.", f"runs.{name}.", 1) if setting[:4] == "run." else setting
        candidates = [key, f"{dataset}.{key}"]
        assert any(
            candidate == entry or candidate.startswith(f"{entry}.")
            for candidate in candidates
            for entry in tracked
        ), f"{setting} is not among {tracked}"


def test_params_that_stages_track_exist():
    for stage in STAGES:
        for entry in definition(stage).get("params", []):
            if "$" in entry:
                continue
            tree = PARAMS
            for key in entry.split("."):
                assert key in tree, f"{stage}: {entry}"
                tree = tree[key]


def test_only_tracking_imports_mlflow_and_the_library_imports_no_stage():
    for path in (ROOT / "graphrec").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                top = name.split(".")[0]
                assert top not in ("stages", "dvc"), path
                assert top != "mlflow" or path.parent.name == "tracking", path


def test_make_targets_that_are_spoken_of_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    files = [
        ROOT / "README.md",
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("graphrec/**/*.py"),
        *ROOT.glob("stages/*.py"),
    ]
    for path in files:
        for target in re.findall(r"`make ([a-z-]+)", path.read_text()):
            assert target in targets, f"{path.name} speaks of `make {target}`"
