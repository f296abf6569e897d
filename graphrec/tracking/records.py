"""What the files of a run say, in MLflow's words: parameters, metrics with steps and times."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graphrec.config.content import content_key, mlflow_name
from graphrec.config.curves import read_curves
from graphrec.config.errors import FileError
from graphrec.config.json_file import Recorded, Settings, read_json
from graphrec.config.paths import Paths
from graphrec.tracking.notes import run_note

if TYPE_CHECKING:
    from mlflow.entities import Metric

CURVES = re.compile(r"(train|valid)_")
"""What `train/` and `valid/` stand for in MLflow, which draws names with a slash first and sorts
columns by the alphabet: curves are the first charts, and come behind `best_…` and `test_…`."""
EVALUATION = "evaluation.json"
HANDFUL = re.compile(r"(test_)?loss|r?mse|log_error|auc|(ndcg|recall)_at_\d+")
EPOCH_SECONDS = 1.0
"""How long an epoch is said to have lasted where nobody knows, so that curves have a width."""


@dataclass(frozen=True)
class Record:
    """The files of a trained run, and of its evaluation where that is of the same training."""

    run: str
    content: str
    settings: Settings
    curves: list[dict[str, float]]
    evaluation: Recorded | None
    files: Path
    start: int
    """When the training began, in milliseconds, MLflow's unit."""
    end: int

    @classmethod
    def read(
        cls, run: str, paths: Paths, started: float | None = None, ended: float | None = None
    ) -> "Record":
        """`started` and `ended` in seconds; without them the curves' own time and their length.

        Raises FileError where a file is missing or damaged.
        """
        settings, curves = read_json(paths.settings(run), Settings), read_curves(paths.curves(run))
        content, evaluation = content_key(run, paths), None
        if (file := paths.evaluation(run) / EVALUATION).exists():
            tree = read_json(file, Recorded)
            # Measures of an earlier training are left: evaluate has still to run.
            evaluation = tree if tree["content"] == content else None
        if "run.dataset" not in settings["params"]:
            raise FileError(
                f"expected 'run.dataset' among the params of {paths.settings(run)}, got none: run "
                f"`dvc repro train@{run}`"
            )
        end = ended or paths.curves(run).stat().st_mtime
        start = end - EPOCH_SECONDS * len(curves) if started is None else started
        times = int(start * 1000), int(end * 1000)
        return cls(run, content, settings, curves, evaluation, paths.model(run), *times)

    @property
    def name(self) -> str:
        return mlflow_name(self.run, self.content)

    @property
    def params(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.settings["params"].items()}

    @property
    def dataset(self) -> str:
        return str(self.settings["params"]["run.dataset"])

    @property
    def note(self) -> str:
        return run_note(self.run, self.settings, self.evaluation)

    def measures(self) -> dict[str, float]:
        """The handful to compare runs by; the rest is in the artifact evaluation.json.

        `best_valid_mse` and `test_mse` are `valid.mse` and `test.mse` of reports/metrics.json, the
        weights of the best epoch on that part; `…_loss` is the run's own risk.
        """
        measures: dict[str, float] = {"best_epoch": self.settings["best_epoch"]}
        if (tree := self.evaluation) is None:
            return measures
        return measures | {
            prefix + name.removeprefix("test_"): value
            for part, prefix in ((tree["valid"], "best_valid_"), (tree["test"], "test_"))
            for name, value in part.items()
            if HANDFUL.fullmatch(name)
        }

    def curve_points(self) -> Iterator["Metric"]:
        """Every value of the curves; the epochs share the time between start and end alike."""
        from mlflow.entities import Metric

        for place, row in enumerate(self.curves, 1):
            time = self.start + (self.end - self.start) * place // len(self.curves)
            for name, value in row.items():
                if name != "epoch":
                    yield Metric(CURVES.sub(r"\1/", name), value, time, int(row["epoch"]))
