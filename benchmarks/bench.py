"""Fits and measures: the pipeline's own functions, without files in between."""

from collections.abc import Iterable
from dataclasses import replace

from benchmarks.fits import RESAMPLES, Fit, Outcome, params_of, without_blocks
from graphrec.baselines.baselines import Baseline, fit_baselines
from graphrec.config.params import Params, select_dataset
from graphrec.config.paths import Paths
from graphrec.data.dataset import with_validation
from graphrec.data.prepare import Prepared, prepare
from graphrec.data.readers.choice import read_raw
from graphrec.evaluation.evaluate import Evaluation, Protocol
from graphrec.evaluation.results import evaluate_test, evaluate_valid, protocol_of
from graphrec.models.smoothness import mean_cosine_by_layer
from graphrec.models.trained import TrainedModel
from graphrec.training.fitting import fit_run
from graphrec.training.time_aware import TimeAwareModel, fit_time_aware

Model = TrainedModel | TimeAwareModel | Baseline


class Bench:
    """Fits and measures under one set of parameters; splits are made once each."""

    def __init__(self, params: Params, paths: Paths | None = None) -> None:
        self.params = params
        self.paths = paths or Paths()
        self._prepared: dict[tuple[str, str | None], Prepared] = {}

    def prepared(self, dataset: str, fold: str | None = None) -> Prepared:
        """Training data and test part, as the preprocess stage makes them."""
        if (dataset, fold) not in self._prepared:
            about = select_dataset(self.params, dataset)
            if fold is not None:
                split = about.split.model_copy(update={"fold": fold})
                about = about.model_copy(update={"split": split})
            raw = read_raw(self.paths.raw(dataset), about)
            self._prepared[dataset, fold] = prepare(raw, about, self.params.seed)
        return self._prepared[dataset, fold]

    def under(self, params: Params) -> "Bench":
        """The same splits under other parameters, which have to be the same for data and seed."""
        other = Bench(params, self.paths)
        other._prepared = self._prepared
        return other

    def hold(self, fits: Iterable[Fit]) -> None:
        """Prepare all that `fits` are trained on, so that nodes without the files can run them."""
        for fit in fits:
            self.prepared(fit.run.dataset, fit.fold)

    def baselines(self, dataset: str) -> dict[str, Baseline]:
        """The trivial ones, as the baseline stage has them."""
        return fit_baselines(self.prepared(dataset).data)

    def run(self, fit: Fit) -> Outcome:
        """Train and measure; equal arguments give equal numbers."""
        return self.measure(*self.train(fit), fit)

    def train(self, fit: Fit) -> tuple[TrainedModel | TimeAwareModel, list[float]]:
        """The trained model, and how alike its nodes are after each layer."""
        params = params_of(fit, self.params)
        data, test = self.prepared(fit.run.dataset, fit.fold)
        if fit.time_aware:
            options = getattr(params.time_aware, fit.time_aware)
            known = with_validation(data)
            return fit_time_aware(fit.run, params, known, [data.valid, test], options), []
        known = without_blocks(data, fit.without)
        if fit.published:
            known = replace(known, train=known.train[known.relevant(known.train)])
        fitted = fit_run(fit.run, params, known, lambda _: None)
        cosines = mean_cosine_by_layer(fitted.model, fitted.graph)
        return TrainedModel(fitted.model, fitted.graph), cosines

    def measure(self, model: Model, mean_cosine: list[float], fit: Fit) -> Outcome:
        """Validation and test measures of a fit."""
        valid = (
            None if fit.refitted else self.validate(model, fit, self.params.evaluate.n_resamples)
        )
        data, test = self.prepared(fit.run.dataset, fit.fold)
        protocol = self._protocol(fit, RESAMPLES)
        return Outcome(valid, evaluate_test(model, data, test, protocol), mean_cosine)

    def validate(self, model: Model, fit: Fit, n_resamples: int) -> Evaluation:
        """Validation measures of a fit; test is not looked at."""
        data = self.prepared(fit.run.dataset, fit.fold).data
        return evaluate_valid(model, data, self._protocol(fit, n_resamples))

    def _protocol(self, fit: Fit, n_resamples: int) -> Protocol:
        data = self.prepared(fit.run.dataset, fit.fold).data
        return replace(protocol_of(self.params, data), n_resamples=n_resamples)
