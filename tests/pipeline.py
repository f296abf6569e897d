"""A copy of the project on tiny archives, and the commands that a person would call in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from graphrec.tracking import CONTENT, Tracker

PROJECT = Path(__file__).parent.parent
COPIED = (
    "graphrec",
    "stages",
    "dvc.yaml",
    ".dvcignore",
    ".gitignore",
    "data/raw/.gitignore",
    ".dvc/plots",
    "README.md",
)
RUNS = ("movielens-base", "imdb-base")


def make_project(root: Path, mirror: Path, checksums: Path) -> None:
    """Two runs, two epochs; a git and DVC repository in which the pipeline has run."""
    tree = yaml.safe_load((PROJECT / "params.yaml").read_text())
    tree["runs"] = {name: tree["runs"][name] for name in RUNS}
    tree["train"]["epochs"] = 2
    make_repository(root, tree)
    shutil.copytree(mirror, root / "mirror")
    shutil.copy(checksums, root / "graphrec" / "data" / "SHA256SUMS")
    call(root, "dvc", "repro")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "pipeline")


def make_repository(root: Path, params: dict) -> None:
    """The project's code with other parameters, known to git and DVC, where nothing has run yet."""
    for name in COPIED:
        source, target = PROJECT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    (root / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))
    with (root / ".gitignore").open("a") as ignored:
        ignored.write("/mirror/\n")
    git(root, "init", "--quiet")
    call(root, "dvc", "init", "--quiet", "--force")
    call(root, "dvc", "config", "core.analytics", "false")
    call(root, "dvc", "config", "core.autostage", "false")


def call(project: Path, *command: str, **variables: str) -> str:
    """What a command prints, in `project`; it has to end well."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", *command],
        cwd=project,
        env=environment(project) | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def environment(project: Path) -> dict[str, str]:
    """Without what this process's own project, store or experiment has set."""
    foreign = ("DVC_", "MLFLOW_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return inherited | {"DATA_MIRROR": str(project / "mirror"), "PATH": binaries}


def git(project: Path, *command: str) -> str:
    author = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    done = subprocess.run(
        ["git", *author, *command], cwd=project, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def stages_run(output: str) -> list[str]:
    """Names of the stages that DVC says it has run."""
    return [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")]


def experiments_of(project: Path) -> dict[str, str]:
    """Name and commit of DVC's experiments."""
    listed = git(project, "for-each-ref", "--format=%(refname) %(objectname)", "refs/exps")
    named = (line.split() for line in listed.splitlines() if line.count("/") == 4)
    return {ref.split("/")[-1]: commit for ref, commit in named}


def mlflow_runs(project: Path, store: str = "mlflow.db") -> list:
    """The runs of trained models, without what failed or was stopped."""
    return [run for run in all_runs(project, store) if CONTENT in run.data.tags]


def all_runs(project: Path, store: str = "mlflow.db") -> list:
    tracker = Tracker(store if "://" in store else f"sqlite:///{project / store}")
    return tracker.client.search_runs([tracker.experiment])
