"""One fit of the study: its split, its filters, its training, its measures."""

from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
import scipy.sparse as sp
from graphrec.config.sections import Params, RunParams

from graphrec.baselines.baselines import imdb_baselines, movielens_baselines
from graphrec.config.paths import Paths
from graphrec.data.interactions import Features, HeldOut, Interactions, TrainingData
from graphrec.data.readers.imdb import prepare_imdb
from graphrec.data.readers.movielens import prepare_movielens
from graphrec.evaluation.evaluate import Evaluation, Predictor, evaluate_model
from graphrec.evaluation.ranking import Seen
from graphrec.evaluation.results import measurement, predictor_of
from graphrec.filters.fit import imdb_filters, movielens_filters
from graphrec.models.smoothness import mean_cosine_by_layer
from graphrec.training.fitting import fit_run, with_validation
from graphrec.training.time_aware import fit_time_aware

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
    fold: str = "u1"
    """Of movielens."""
    seed: int = 0
    """Added to that of params.yaml; the split stays the same."""
    refitted: bool = False
    """On training and validation part together, for all epochs."""
    clock: Literal["", "second", "day"] = ""
    """How exactly the time of the rating to predict is known, if it is."""
    published: Published | None = None
    """In place of the run's own model, on the relevant ratings alone."""
    features: bool = True
    """Whether networks see side features."""


class Outcome(NamedTuple):
    """Measures of a fit; a refitted one has no validation part left."""

    valid: Evaluation | None
    test: Evaluation
    likeness: list[float]
    """Mean cosine of the nodes, before any layer and after each one."""


class Bench:
    """Fits and measures under one set of parameters; splits and filters are made once each."""

    def __init__(self, params: Params, paths: Paths | None = None) -> None:
        self.params = params
        self.paths = paths or Paths()
        self._parts: dict[tuple[str, str], tuple[TrainingData, HeldOut]] = {}
        self._filters: dict[tuple[str, str, bool], dict[str, Any]] = {}

    def part(self, dataset: str, fold: str) -> tuple[TrainingData, HeldOut]:
        """Training data and test part, as the preprocess stage makes them."""
        if (dataset, fold) not in self._parts:
            folder, split = self.paths.raw(dataset), self.params.movielens.split
            if dataset == "imdb":
                prepared = prepare_imdb(folder, self.params.seed)
            else:
                prepared = prepare_movielens(
                    folder, fold, split.valid_fraction, self.params.seed, split.test_fraction
                )
            self._parts[dataset, fold] = prepared.data, prepared.test
        return self._parts[dataset, fold]

    def filters(self, dataset: str, fold: str, refitted: bool) -> dict[str, Any]:
        """The closed-form filters, as the filter stage fits them."""
        key = (dataset, fold, refitted)
        if key not in self._filters:
            data, options = self.part(dataset, fold)[0], self.params.of(dataset).filters
            data = with_validation(data) if refitted else data
            fit: Any = imdb_filters if dataset == "imdb" else movielens_filters
            self._filters[key] = fit(data, **options.model_dump())
        return self._filters[key]

    def run(self, fit: Fit) -> Outcome:
        """Train and measure; equal arguments give equal numbers."""
        return self.measure(*self.train(fit), fit)

    def train(self, fit: Fit) -> tuple[Predictor, list[float]]:
        """The trained model, and how alike its nodes are after each layer."""
        data, test = self.part(fit.run.dataset, fit.fold)
        known = with_validation(data) if fit.refitted else data
        if fit.clock:
            options = getattr(self.params.movielens.time_aware, fit.clock)
            return fit_time_aware(
                fit.run, self._seeded(fit), known, [data.valid, test], options
            ), []
        if fit.published:
            relevant = known.train.rating >= self.params.relevant_target(fit.run.dataset)
            known = replace(known, train=known.train[relevant])
        if not fit.features:
            known = without_features(known)
        filters = {}
        if fit.published is None:
            filters = self.filters(fit.run.dataset, fit.fold, fit.refitted)
        model, graph, _ = fit_run(
            fit.run, self._seeded(fit), known, filters, lambda _: None, refitted=fit.refitted
        )
        return predictor_of(model, graph), mean_cosine_by_layer(model, graph)

    def measure(self, predictor: Predictor, likeness: list[float], fit: Fit) -> Outcome:
        """Validation and test measures of a fit."""
        data, test = self.part(fit.run.dataset, fit.fold)
        valid = None
        if not fit.refitted:
            valid = self.validate(predictor, fit, self.params.evaluate.n_resamples)
        earlier = [data.train, data.valid.interactions]
        return Outcome(valid, self._evaluate(predictor, fit, test, earlier, RESAMPLES), likeness)

    def validate(self, predictor: Predictor, fit: Fit, n_resamples: int) -> Evaluation:
        """Validation measures of a fit; test is not looked at."""
        data = self.part(fit.run.dataset, fit.fold)[0]
        return self._evaluate(predictor, fit, data.valid, [data.train], n_resamples)

    def _evaluate(
        self,
        predictor: Predictor,
        fit: Fit,
        held_out: HeldOut,
        earlier: list[Interactions],
        n_resamples: int,
    ) -> Evaluation:
        data, _ = self.part(fit.run.dataset, fit.fold)
        how = replace(measurement(self.params, fit.run.dataset), n_resamples=n_resamples)
        popularity = np.bincount(data.train.item, minlength=data.num_items)
        seen = Seen(earlier, data.num_users)
        return evaluate_model(predictor, held_out, seen, popularity, how)

    def baselines(self, dataset: str) -> dict[str, Predictor]:
        """The trivial ones, as the baseline stage has them."""
        data = self.part(dataset, "u1")[0]
        if dataset == "movielens":
            return movielens_baselines(data, self.params.relevant_target(dataset))
        return imdb_baselines(data)

    def _seeded(self, fit: Fit) -> Params:
        params = self.params.model_copy(update={"seed": self.params.seed + fit.seed})
        if fit.published is None:
            return params
        rate, decay = fit.published.learning_rate, fit.published.weight_decay
        section = params.of(fit.run.dataset)
        options = getattr(section, fit.published.model).model_copy(update={"weight_decay": decay})
        changed = {
            "train": params.train.model_copy(update={**LONG, "learning_rate": rate}),
            fit.run.dataset: section.model_copy(update={fit.published.model: options}),
        }
        return params.model_copy(update=changed)


def without_features(data: TrainingData) -> TrainingData:
    """The same data, all side features 0."""

    def empty(features: Features) -> Features:
        return {
            name: sp.csr_array(block.shape, dtype=block.dtype) for name, block in features.items()
        }

    return replace(
        data, user_features=empty(data.user_features), item_features=empty(data.item_features)
    )
