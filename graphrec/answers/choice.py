"""Which trained model answers, and why."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphrec.answers.errors import AnswerError, UsageError, at_most_one, pick
from graphrec.config.paths import KNOWN, SETTINGS, WEIGHTS, Paths

if TYPE_CHECKING:
    from graphrec.answers.predictor import Predictor


@dataclass(frozen=True)
class Choice:
    """A model folder."""

    name: str
    """Of the run, or of the registered model."""
    folder: Path
    reason: str
    registered: bool = False

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What settings.json says. Raises AnswerError where it cannot be read."""
        try:
            tree: dict[str, Any] = json.loads((self.folder / SETTINGS).read_text())
        except (OSError, ValueError) as error:
            raise self.damaged(error) from error
        return tree

    def load(self) -> "Predictor":
        """Raises AnswerError for a folder that is damaged or not whole."""
        from zipfile import BadZipFile

        from safetensors import SafetensorError

        from graphrec.answers.predictor import Predictor

        faults = (OSError, ValueError, KeyError, EOFError, RuntimeError, BadZipFile)
        try:
            return Predictor.load(self.folder)
        except (*faults, SafetensorError) as error:
            raise self.damaged(error) from error

    def damaged(self, error: Exception) -> AnswerError:
        """What to say where the folder cannot be read because of `error`."""
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return AnswerError(
            f"expected a whole model folder {self.folder}, got {reason}: "
            f"train it with `dvc repro`, or fetch it with `dvc pull`"
        )


def choose(
    run: str | None = None,
    model: str | None = None,
    dataset: str | None = None,
    paths: Paths | None = None,
) -> Choice:
    """The folder of a run, of a registered model, or of a data set's best run by validation.

    With none of them, of the only data set's. Raises UsageError for several of them at once or
    where there are several data sets, AnswerError for one that is not there.
    """
    paths = paths or Paths()
    at_most_one(run=run is not None, model=model is not None, dataset=dataset is not None)
    if model is not None:
        return _registered(model)
    if run is not None:
        return Choice(run, _folder(run, paths), "the run that was asked for")
    return _best(dataset, paths)


def _registered(model: str) -> Choice:
    from graphrec.tracking.registry import download_model

    try:
        folder = download_model(f"models:/{model}")
    except LookupError as error:
        raise AnswerError(str(error)) from error
    return Choice(model, folder, "the registered model that was asked for", registered=True)


def _best(dataset: str | None, paths: Paths) -> Choice:
    from graphrec.tracking.promotion import CHOSEN_BY

    if not paths.results.exists():
        raise AnswerError(
            f"expected {paths.results}, which says what run is best, got none: "
            f"run `dvc repro`, or name a run with --run ({', '.join(_runs(paths)) or 'none yet'})"
        )
    tree = json.loads(paths.results.read_text())
    names = sorted(tree["best"])
    if dataset is None:
        if len(names) != 1:
            raise UsageError(
                f"expected --dataset or --run, got neither and {len(names)} data sets: "
                f"add --dataset with one of {', '.join(names)}"
            )
        dataset = names[0]
    best = tree["best"][pick(dataset, names, "a data set")][CHOSEN_BY]
    reason = f"the best run on {dataset}, {CHOSEN_BY} on validation {best['valid']:.4f}"
    return Choice(best["run"], _folder(best["run"], paths), reason)


def _folder(run: str, paths: Paths) -> Path:
    return paths.model(pick(run, _runs(paths), f"a trained run below {paths.model('')}"))


def _runs(paths: Paths) -> list[str]:
    """Names of the runs that have been trained."""
    folders = sorted(paths.model("").glob("*/"))
    return [
        folder.name
        for folder in folders
        if all((folder / name).exists() for name in (SETTINGS, KNOWN, WEIGHTS))
    ]
