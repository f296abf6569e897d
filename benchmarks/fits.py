"""What the study trains and what it measures: a fit, its outcome, published models' settings."""

from dataclasses import replace
from typing import Literal, NamedTuple

from graphrec.config.params import Params
from graphrec.config.training import RunParams
from graphrec.data.dataset import Dataset, Entities
from graphrec.evaluation.evaluate import Evaluation

RESAMPLES = 1000


class Published(NamedTuple):
    """A published graph model as a baseline of rankings: its settings, chosen on validation."""

    model: Literal["ngcf", "lightgcn"]
    layers: int
    learning_rate: float
    weight_decay: float


PUBLISHED = {
    "matrix factorisation": Published("lightgcn", 0, 0.01, 0.01),
    "lightgcn": Published("lightgcn", 2, 0.01, 0.001),
    "ngcf": Published("ngcf", 2, 0.003, 0.001),
}
LONG = {"epochs": 300, "patience": 40, "log_error_weight": 100.0}
"""Their training: their one score serves one error, so the log error has nearly all the weight."""


class Fit(NamedTuple):
    """What is trained on what."""

    row: str
    """Fits of one row differ by seed and fold alone."""
    run: RunParams
    fold: str | None = None
    """A published fold in place of the data set's own."""
    seed: int = 0
    """Added to that of params.yaml; the split stays the same."""
    time_aware: Literal["second", "day"] | None = None
    """How exactly the time of the rating to predict is known, if it is."""
    published: Published | None = None
    """In place of the run's own model, on the relevant interactions alone."""
    without: tuple[str, ...] = ()
    """Blocks of side information that neither networks nor filters see."""

    @property
    def refitted(self) -> bool:
        """Whether the model that is measured has learned from the validation part, too."""
        return self.run.refit or self.time_aware is not None


class Outcome(NamedTuple):
    """Measures of a fit; one refitted has no validation part left."""

    valid: Evaluation | None
    test: Evaluation
    mean_cosine: list[float]
    """Mean cosine similarity of the nodes, before any layer and after each one."""


def params_of(fit: Fit, params: Params) -> Params:
    """`params` with the seed of a fit, and with the settings of its published model."""
    seeded = params.model_copy(update={"seed": params.seed + fit.seed})
    if fit.published is None:
        return seeded
    name, settings = fit.published.model, params.of(fit.run)
    decay = {"weight_decay": fit.published.weight_decay}
    options = getattr(settings, name).model_copy(update=decay)
    changed = settings.model_copy(
        update={name: options, "learning_rate": fit.published.learning_rate}
    )
    return seeded.model_copy(
        update={
            "train": params.train.model_copy(update=LONG),
            "hyperparameters": params.hyperparameters | {fit.run.hyperparameters: changed},
        }
    )


def without_blocks(data: Dataset, names: tuple[str, ...]) -> Dataset:
    """The same data without some blocks of side information."""

    def fewer(entities: Entities) -> Entities:
        others = {name: each for name, each in entities.features.items() if name not in names}
        return replace(entities, features=others)

    return replace(data, users=fewer(data.users), items=fewer(data.items))
