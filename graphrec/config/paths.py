"""Where each artifact lives, below the project's root: the one maker of paths."""

from dataclasses import dataclass
from pathlib import Path

WEIGHTS, VALIDATED_WEIGHTS = "weights.safetensors", "validated.safetensors"
KNOWN, SETTINGS = "data.npz", "settings.json"
"""Files of a model folder, wherever it lies."""


@dataclass(frozen=True)
class Paths:
    root: Path = Path()

    def raw(self, dataset: str) -> Path:
        """Folder of the published files, or of one's own."""
        return self.root / "data" / "raw" / dataset

    def training(self, dataset: str) -> Path:
        """All that training may see."""
        return self.root / "data" / "prepared" / dataset / "training.npz"

    def test(self, dataset: str) -> Path:
        """The test part; `evaluate` and `baseline` alone read it."""
        return self.root / "data" / "prepared" / dataset / "test.npz"

    def audit(self, dataset: str) -> Path:
        return self.root / "reports" / "audit" / f"{dataset}.json"

    def exploration(self, dataset: str) -> Path:
        """Folder of the exploratory figures and their numbers."""
        return self.root / "reports" / "exploration" / dataset

    def model(self, run: str) -> Path:
        """Folder of what training a run leaves."""
        return self.root / "models" / run

    def weights(self, run: str) -> Path:
        return self.model(run) / WEIGHTS

    def validated_weights(self, run: str) -> Path:
        """Of a run that was trained anew with the validation part, those before."""
        return self.model(run) / VALIDATED_WEIGHTS

    def known(self, run: str) -> Path:
        """The data that the run was trained with: ids, titles, features, what users did."""
        return self.model(run) / KNOWN

    def curves(self, run: str) -> Path:
        """A row an epoch."""
        return self.model(run) / "curves.csv"

    def settings(self, run: str) -> Path:
        """What the run was trained with, and its best epoch."""
        return self.model(run) / SETTINGS

    def checkpoints(self, run: str) -> Path:
        """Folder of what a killed training goes on from; no output, so DVC leaves it alone."""
        return self.root / "checkpoints" / run

    def lock(self, run: str) -> Path:
        """Held by the process that trains the run; stays, for whoever removed it might free two."""
        return self.root / "checkpoints" / f"{run}.lock"

    def evaluation(self, run: str) -> Path:
        """Folder of evaluation.json and users.npz."""
        return self.root / "reports" / "evaluation" / run

    def baselines(self, dataset: str) -> Path:
        return self.root / "reports" / "baselines" / dataset

    @property
    def metrics(self) -> Path:
        return self.root / "reports" / "metrics.json"

    @property
    def results(self) -> Path:
        """Every measure of every run and baseline; `metrics` has the few that DVC compares."""
        return self.root / "reports" / "results.json"

    @property
    def summary(self) -> Path:
        return self.root / "reports" / "summary.md"

    @property
    def study(self) -> Path:
        """The page of the study over seeds and folds; its numbers are in the .json beside it."""
        return self.root / "reports" / "study.md"

    @property
    def ablation(self) -> Path:
        """The page of what each part is worth; its numbers are in the .json beside it."""
        return self.root / "reports" / "ablation.md"

    def errors_figure(self, run: str) -> Path:
        """Both training errors over the epochs."""
        return self.root / "reports" / "figures" / "errors" / f"{run}.png"

    def plot(self, dataset: str, error: str) -> Path:
        """What `dvc plots` draws: the curves of all runs of a data set."""
        return self.root / "reports" / "curves" / dataset / f"{error}.csv"

    def comparison_figure(self, dataset: str) -> Path:
        return self.root / "reports" / "figures" / "comparison" / f"{dataset}.png"
