"""The gate: chosen on validation, champion only above every baseline, and never twice."""

from pathlib import Path

import pytest

from graphrec.config.paths import Paths
from graphrec.tracking import Tracker
from graphrec.tracking.promotion import CHAMPION, judge, promote
from tests.trained import leave_files


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
        return promote(tracker, paths, run, judge(tree_of(name, 0.2, ndcg), "imdb"))

    assert "version 1" in promoted(f"{run}-weak", 0.05)
    assert CHAMPION not in tracker.client.get_registered_model(model).aliases
    for _ in range(2):
        assert promoted(f"{run}-good", 0.2).endswith("is champion")
    assert promoted(f"{run}-weak", 0.05).endswith("is not champion")
    champion = tracker.client.get_model_version_by_alias(model, CHAMPION)
    assert champion.version == "2" or champion.version == 2
    files = {path.name for path in Path(champion.source.removeprefix("file://")).iterdir()}
    assert files == {"weights.safetensors", "data.npz", "curves.csv", "settings.json"}
    assert len(tracker.client.search_model_versions(f"name = '{model}'")) == 2
