"""The gate of the model registry: what may be called champion, and why."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from graphrec.config.content import content_key, mlflow_name
from graphrec.config.errors import FileError, StoreError
from graphrec.config.json_file import Measures, Recorded, read_json
from graphrec.config.paths import Paths
from graphrec.tracking.records import EVALUATION
from graphrec.tracking.served_model import log_served
from graphrec.tracking.store import NOTE, store_lock
from graphrec.tracking.tracker import Tracker

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel, Run
    from mlflow.tracking import MlflowClient

CHAMPION = "champion"
CHOSEN_BY = "ndcg_at_10"
"""The measure, on validation, that chooses: what is recommended is a ranking."""
GATES = {"mse": False, "ndcg_at_10": True}
"""Measures in which the chosen run has to beat every baseline, and whether more is better."""


class Chosen(TypedDict):
    run: str


class Valid(TypedDict):
    valid: Measures


class MeasuredRun(Valid):
    mlflow_run: str


class Results(TypedDict):
    """Of reports/results.json what decides: measures on validation, and the best run by each."""

    best: dict[str, dict[str, Chosen]]
    runs: dict[str, MeasuredRun]
    baselines: dict[str, dict[str, Valid]]


@dataclass(frozen=True)
class Verdict:
    """Whether the best run of a data set may be champion, with a line for each gate."""

    run: str
    passed: bool
    reasons: list[str]


def judge(tree: Results, dataset: str) -> Verdict:
    """Hold the best run of reports/results.json against its baselines, on validation alone.

    A tie is no win. A measure that no baseline has gates nothing. Raises FileError where something
    is not among the results.
    """
    passed, reasons = True, []
    try:
        run = tree["best"][dataset][CHOSEN_BY]["run"]
        measured = {measure: tree["runs"][run]["valid"][measure] for measure in GATES}
        others = tree["baselines"][dataset]
    except KeyError as error:
        raise FileError(
            f"expected {error} among the results of {dataset}, got none: have 10 first in "
            "`evaluate.k`, and run `dvc repro`"
        ) from error
    for measure, higher in GATES.items():
        value = measured[measure]
        baselines = {
            name: parts["valid"][measure]
            for name, parts in others.items()
            if measure in parts["valid"]
        }
        if not baselines:
            continue
        sign = 1 if higher else -1
        best = sorted(baselines, key=baselines.__getitem__, reverse=higher)[0]
        won = sign * value > sign * baselines[best]
        passed &= won
        reasons.append(
            f"valid {measure} {value:.4f} {'beats' if won else 'does not beat'} the best of "
            f"{len(baselines)} baselines, {best} with {baselines[best]:.4f}"
        )
    return Verdict(run, passed, reasons)


def check_measured(tree: Results, run: str, paths: Paths) -> None:
    """Raises FileError unless the results are of the weights that lie in the run's folder."""
    content = content_key(run, paths)
    evaluated = read_json(paths.evaluation(run) / EVALUATION, Recorded)["content"]
    reported = tree["runs"][run]["mlflow_run"]
    if evaluated != content or reported != mlflow_name(run, content):
        raise FileError(
            f"expected measures of what lies in {paths.model(run)}, got those of an earlier "
            "training: run `dvc repro` first"
        )


def promote(tracker: Tracker, paths: Paths, dataset: str, verdict: Verdict, user: str) -> str:
    """Register the best run of a data set and, if it passed, make it champion; says what was done.

    The version is a model that MLflow serves, with `user`, an id, as its example. Called twice it
    does nothing the second time: a run has one version. A run that does not pass leaves an earlier
    champion in its place.
    """
    tracker.record(verdict.run, paths)
    with store_lock():
        run = tracker.find(content_key(verdict.run, paths))
        if run is None:
            raise StoreError(
                f"expected the MLflow run of {verdict.run} just recorded, got none: call it again"
            )
        model = f"graphrec-{dataset}"
        client = tracker.client
        version = _version(client, model, run)
        if version is None:
            _register(client, model, dataset)
            served = log_served(client, run, paths.model(verdict.run), user)
            version = _add_version(client, model, served)
        client.update_model_version(model, version, "; ".join(verdict.reasons))
        if verdict.passed:
            client.set_registered_model_alias(model, CHAMPION, version)
        champion = client.get_registered_model(model).aliases.get(CHAMPION)
    outcome = "is champion" if str(champion) == version else "is not champion"
    return f"{model} version {version} ({run.info.run_name}) {outcome}"


def _version(client: "MlflowClient", model: str, run: "Run") -> str | None:
    """The version of the model that is that run.

    One whose source are the run's own artifacts was registered before runs could be served.
    """
    versions = client.search_model_versions(f"name = '{model}' and run_id = '{run.info.run_id}'")
    served = (each for each in versions if each.source != run.info.artifact_uri)
    return next((str(version.version) for version in served), None)


def _register(client: "MlflowClient", model: str, dataset: str) -> None:
    """The model, for its first version."""
    if not client.search_registered_models(f"name = '{model}'"):
        note = f"The best run on {dataset} by {CHOSEN_BY} on validation; `make promote`."
        client.create_registered_model(model, {NOTE: note}, note)


def _add_version(client: "MlflowClient", model: str, served: "LoggedModel") -> str:
    from mlflow.utils.mlflow_tags import MLFLOW_MODEL_VERSIONS

    # `models:/<id>` as a source is looked up in the store that is the process's default.
    created = client.create_model_version(
        model, served.artifact_location, served.source_run_id, model_id=served.model_id
    )
    version = str(created.version)
    # By this tag MLflow's page leads from the logged model to its version.
    told = json.dumps([{"name": model, "version": version}])
    client.set_logged_model_tags(served.model_id, {MLFLOW_MODEL_VERSIONS: told})
    return version
