"""Where a run comes from: git commit and DVC experiment."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

EXPERIMENT_REF = re.compile(r"refs/exps/([0-9a-f]{2})/([0-9a-f]{38})/(\S+) (\S+) (\d+)")

TRAINED_IN = "trained_in"
"""Tag to group runs by on MLflow's page."""


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
    def title(self) -> str:
        """The experiment, or `workspace@<commit>`: what runs that were trained together share."""
        at = f"@{self.baseline[:7]}" if self.baseline else ""
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
            TRAINED_IN: self.title,
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
    matches = filter(None, map(EXPERIMENT_REF.fullmatch, (listed or "").splitlines()))
    return [
        Origin(commit, start + rest, name, float(time))
        for start, rest, name, commit, time in (match.groups() for match in matches)
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
