"""Where a run comes from: git commit, DVC experiment, and hashes of data, parameters and code."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

EXPERIMENT_REF = re.compile(r"refs/exps/([0-9a-f]{2})/([0-9a-f]{38})/(\S+) (\S+) (\d+)")

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C one reads dvc.lock ten times as fast."""


@dataclass(frozen=True)
class Origin:
    """The work that a run belongs to; None where there is no git, or no experiment."""

    commit: str | None = None
    """The commit that is checked out; of a finished experiment, its own."""
    baseline: str | None = None
    """The commit that an experiment started from; in the workspace, the one checked out."""
    experiment: str | None = None
    """DVC's name of the experiment."""
    time: float | None = None
    """When a finished experiment was saved, in seconds."""

    @classmethod
    def here(cls) -> "Origin":
        """Of what this process makes; DVC tells an experiment's stages its name and baseline."""
        commit = _git("rev-parse", "HEAD")
        baseline = os.environ.get("DVC_EXP_BASELINE_REV") or commit
        return cls(commit, baseline, os.environ.get("DVC_EXP_NAME") or None)

    @property
    def group(self) -> str:
        """Equal for runs of one experiment, or made in the workspace at one commit."""
        return f"{self.baseline}/{self.experiment or 'workspace'}"

    @property
    def title(self) -> str:
        """The group's name for a reader."""
        at = f"-{self.baseline[:7]}" if self.baseline else ""
        return self.experiment or f"workspace{at}"

    def before(self) -> "Origin":
        """Of what an experiment has in common with the commit that it started from."""
        return Origin(self.baseline, self.baseline, None, self.time)

    def tags(self) -> dict[str, str]:
        named = {
            "mlflow.source.git.commit": self.commit,
            "git_commit": self.commit,
            "dvc_baseline": self.baseline,
            "dvc_experiment": self.experiment,
        }
        return {tag: value for tag, value in named.items() if value}


def experiments() -> list[Origin]:
    """Every experiment that DVC has saved in this project, oldest first."""
    listed = _git(
        "for-each-ref",
        "--sort=committerdate",
        "--format=%(refname) %(objectname) %(committerdate:unix)",
        "refs/exps",
    )
    found = filter(None, map(EXPERIMENT_REF.fullmatch, (listed or "").splitlines()))
    return [
        Origin(commit, start + rest, name, float(time))
        for start, rest, name, commit, time in (match.groups() for match in found)
    ]


def file_at(commit: str, path: Path) -> str | None:
    """A file of a commit; None where it has none."""
    return _git("show", f"{commit}:{path.as_posix()}")


def _git(*command: str) -> str | None:
    """What git says; None without git, a repository or an answer."""
    if not (git := shutil.which("git")):
        return None
    done = subprocess.run([git, *command], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def lock_tags(run: str, root: Path) -> dict[str, str]:
    """Hashes of the data, parameters and code that made the files of `run`, from dvc.lock.

    Empty where dvc.lock speaks of other files than those that are here: DVC writes an entry once
    its stage has ended.
    """
    lock = root / "dvc.lock"
    stage = f"train@{run}"
    entry = yaml.load(lock.read_text(), LOADER)["stages"].get(stage) if lock.exists() else None
    if entry is None or not all(_is_here(root, out) for out in entry["outs"]):
        return {}
    deps = [f"{dep['path']} {dep['md5']}" for dep in entry["deps"]]
    return {
        "data_hash": _digest([dep for dep in deps if ".py " not in dep]),
        "params_hash": _digest(entry.get("params")),
        "code_hash": _digest([dep for dep in deps if ".py " in dep]),
    }


def _is_here(root: Path, out: dict[str, Any]) -> bool:
    path = root / out["path"]
    return path.exists() and hashlib.md5(path.read_bytes()).hexdigest() == str(out["md5"])


def _digest(tree: Any) -> str:
    return hashlib.sha256(json.dumps(tree, sort_keys=True).encode()).hexdigest()[:12]
