"""The gate: chosen on validation, champion only above every baseline, and never twice."""

import json
from pathlib import Path

import pytest
from mlflow.models import Model

from graphrec.config.paths import Paths
from graphrec.tracking import Tracker
from graphrec.tracking.promotion import CHAMPION, judge, promote
from graphrec.tracking.served_model import PARAMS
from tests.trained import leave_files, runs_of


def tree_of(run: str, mse: float, ndcg: float) -> dict:
    baselines = {"constant": {"mse": 0.25}, "popularity": {"ndcg_at_10": 0.1}}
    return {
        "best": {"imdb": {"ndcg_at_10": {"run": run}, "mse": {"run": "another"}}},
        "runs": {run: {"valid": {"mse": mse, "ndcg_at_10": ndcg}}},
        "baselines": {"imdb": {name: {"valid": values} for name, values in baselines.items()}},
    }


@pytest.mark.parametrize(
    ("mse", "ndcg", "passed"),
    [(0.2, 0.2, True), (0.3, 0.2, False), (0.2, 0.05, False), (0.25, 0.2, False)],
    ids=["beats both", "mse worse", "ndcg worse", "a tie"],
)
def test_every_baseline_has_to_be_beaten_on_validation(mse, ndcg, passed):
    verdict = judge(tree_of("imdb-base", mse, ndcg), "imdb")
    assert verdict.passed is passed
    assert verdict.run == "imdb-base"
    assert [reason.split(" of ")[1] for reason in verdict.reasons] == [
        "1 baselines, constant with 0.2500",
        "1 baselines, popularity with 0.1000",
    ]
    assert ("does not beat" in " ".join(verdict.reasons)) is not passed


def test_a_run_has_one_version_and_a_failing_one_leaves_the_champion(
    tracker: Tracker, paths: Paths, run: str
):
    model = f"graphrec-{run}"

    def promoted(name: str, ndcg: float) -> str:
        leave_files(name, paths)
        return promote(tracker, paths, run, judge(tree_of(name, 0.2, ndcg), "imdb"), "a")

    assert "version 1" in promoted(f"{run}-weak", 0.05)
    assert CHAMPION not in tracker.client.get_registered_model(model).aliases
    for _ in range(2):
        assert promoted(f"{run}-good", 0.2).endswith("is champion")
    assert promoted(f"{run}-weak", 0.05).endswith("is not champion")
    champion = tracker.client.get_model_version_by_alias(model, CHAMPION)
    assert champion.version == "2" or champion.version == 2
    assert len(tracker.client.search_model_versions(f"name = '{model}'")) == 2


def test_a_version_is_a_model_that_can_be_served(tracker: Tracker, paths: Paths, run: str):
    leave_files(run, paths)
    promote(tracker, paths, run, judge(tree_of(run, 0.2, 0.2), "imdb"), "a")
    champion = tracker.client.get_model_version_by_alias(f"graphrec-{run}", CHAMPION)
    (trained,) = runs_of(tracker, run)
    (output,) = trained.outputs.model_outputs
    logged = tracker.client.get_logged_model(output.model_id)
    assert logged.source_run_id == champion.run_id == trained.info.run_id
    assert json.loads(logged.tags["mlflow.modelVersions"]) == [
        {"name": champion.name, "version": str(champion.version)}
    ]
    assert (logged.status, logged.experiment_id) == ("READY", tracker.experiment)
    assert trained.info.status == "FINISHED"
    folder = Path(champion.source.removeprefix("file://"))
    files = {path.name for path in (folder / "artifacts" / run).iterdir()}
    assert files == {"weights.safetensors", "data.npz", "curves.csv", "settings.json"}
    described = Model.load(str(folder))
    assert (described.run_id, described.model_id) == (trained.info.run_id, output.model_id)
    assert described.load_input_example(str(folder)).to_dict("records") == [{"user": "a"}]
    assert [each.name for each in described.get_params_schema().params] == list(PARAMS)


def test_a_version_of_files_alone_is_followed_by_one_that_can_be_served(
    tracker: Tracker, paths: Paths, run: str
):
    leave_files(run, paths)
    trained = tracker.client.get_run(tracker.record(run, paths))
    name = f"graphrec-{run}"
    tracker.client.create_registered_model(name)
    tracker.client.create_model_version(name, trained.info.artifact_uri, trained.info.run_id)
    told = promote(tracker, paths, run, judge(tree_of(run, 0.2, 0.2), "imdb"), "a")
    assert "version 2" in told
    assert told == promote(tracker, paths, run, judge(tree_of(run, 0.2, 0.2), "imdb"), "a")
