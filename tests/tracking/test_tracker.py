"""MLflow shows what the stages have written: against a real store in SQLite."""

import pytest

from graphrec.config.content import content_key, mlflow_name
from graphrec.tracking import CONTENT, Tracker, recorded
from graphrec.tracking.records import EVALUATION
from tests.trained import (
    COLUMNS,
    EPOCHS,
    SETTINGS,
    leave_evaluation,
    leave_files,
    runs_of,
    value_of,
)


def test_a_run_bears_parameters_curves_artifacts_and_tags(tracker, paths, run):
    leave_files(run, paths)
    run_id = tracker.record(run, paths)
    found = tracker.client.get_run(run_id)
    assert found.info.status == "FINISHED"
    assert found.info.run_name == mlflow_name(run, content_key(run, paths))
    assert found.data.params == {key: str(value) for key, value in SETTINGS.items()}
    for column in COLUMNS:
        history = tracker.client.get_metric_history(run_id, column.replace("_", "/", 1))
        expected = [(epoch, value_of(column, epoch)) for epoch in range(1, EPOCHS + 1)]
        assert sorted((point.step, point.value) for point in history) == expected
    assert found.data.metrics["best_epoch"] == 2
    artifacts = {entry.path for entry in tracker.client.list_artifacts(run_id)}
    assert artifacts == {"weights.safetensors", "data.npz", "curves.csv", "settings.json"}
    tags = {"run": run, "dataset": "imdb", "dvc_stage": f"train@{run}"}
    assert found.data.tags.items() >= (tags | {CONTENT: content_key(run, paths)}).items()


def test_recording_twice_adds_nothing(tracker, paths, run):
    leave_files(run, paths)
    first = tracker.record(run, paths)
    assert Tracker().record(run, paths) == first
    assert len(runs_of(tracker, run)) == 1
    assert len(tracker.client.get_metric_history(first, "train/mse")) == EPOCHS


def test_test_measures_are_added_to_the_same_run_and_once(tracker, paths, run):
    leave_files(run, paths)
    run_id = tracker.record(run, paths)
    assert not [name for name in tracker.client.get_run(run_id).data.metrics if "test" in name]
    leave_evaluation(run, paths, mse=0.25, ndcg_at_10=0.125)
    for _ in range(2):
        assert tracker.record(run, paths) == run_id
    metrics = tracker.client.get_run(run_id).data.metrics
    assert (metrics["test_mse"], metrics["test_ndcg_at_10"]) == (0.25, 0.125)
    assert len(tracker.client.get_metric_history(run_id, "test_mse")) == 1


def test_a_handful_of_measures_and_the_rest_as_an_artifact(tracker, paths, run):
    leave_files(run, paths)
    leave_evaluation(run, paths, mse=0.25, test_loss=0.5, map_at_10=0.1, coverage_at_10=0.2)
    run_id = tracker.record(run, paths)
    metrics = tracker.client.get_run(run_id).data.metrics
    plain = {name: value for name, value in metrics.items() if "/" not in name}
    assert plain == {
        "best_epoch": 2,
        "best_valid_mse": 0.25,
        "best_valid_loss": 0.5,
        "test_mse": 0.25,
        "test_loss": 0.5,
    }
    assert EVALUATION in {entry.path for entry in tracker.client.list_artifacts(run_id)}


def test_columns_of_measures_come_before_those_of_curves(tracker, paths, run):
    """MLflow sorts them by the alphabet."""
    leave_files(run, paths)
    leave_evaluation(run, paths, mse=0.25, auc=0.5)
    names = sorted(tracker.client.get_run(tracker.record(run, paths)).data.metrics)
    curves = ["/" in name for name in names]
    assert curves == sorted(curves)


def test_measures_of_an_earlier_training_are_not_added(tracker, paths, run):
    leave_files(run, paths)
    leave_evaluation(run, paths, mse=0.25)
    leave_files(run, paths, weight=2.0)
    run_id = tracker.record(run, paths)
    assert "test_mse" not in tracker.client.get_run(run_id).data.metrics


def test_other_weights_make_a_new_run(tracker, paths, run):
    leave_files(run, paths)
    first = tracker.record(run, paths)
    leave_files(run, paths, weight=2.0)
    assert tracker.record(run, paths) != first
    # Back to the first files, as after `dvc checkout`: the first run is found again.
    leave_files(run, paths)
    assert tracker.record(run, paths) == first
    assert len(runs_of(tracker, run)) == 2


def test_the_same_files_under_another_name_are_another_run(tracker, paths, run):
    other = f"{run}-too"
    for name in (run, other):
        leave_files(name, paths)
    assert tracker.record(run, paths) != tracker.record(other, paths)


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (ValueError("boom"), "FAILED", "ValueError: boom"),
        (KeyboardInterrupt(), "KILLED", "KeyboardInterrupt"),
    ],
    ids=["failed", "killed"],
)
def test_a_training_that_does_not_end_leaves_a_trace(tracker, paths, run, error, status, reason):
    with pytest.raises(type(error)), recorded(run, paths):
        raise error
    (found,) = runs_of(tracker, run)
    assert found.info.status == status
    assert reason in found.data.tags["mlflow.note.content"]
    assert CONTENT not in found.data.tags


def test_a_training_that_ends_is_recorded(tracker, paths, run):
    with recorded(run, paths):
        leave_files(run, paths)
    (found,) = runs_of(tracker, run)
    assert found.info.status == "FINISHED"


def test_epochs_without_a_known_beginning_have_times_of_their_own(tracker, paths, run):
    leave_files(run, paths)
    run_id = tracker.record(run, paths)
    points = tracker.client.get_metric_history(run_id, "train/mse")
    times = [point.timestamp for point in sorted(points, key=lambda point: point.step)]
    end = int(paths.curves(run).stat().st_mtime * 1000)
    assert times == [end - 2000, end - 1000, end]


def test_a_note_says_what_the_run_is_and_where_its_files_are(tracker, paths, run):
    leave_files(run, paths)
    leave_evaluation(run, paths, mse=0.25)
    note = tracker.client.get_run(tracker.record(run, paths)).data.tags["mlflow.note.content"]
    for part in (run, "layers `2`", "**2**", f"models/{run}/", f"train@{run}", "| mse | 0.2500 |"):
        assert part in note
    described = tracker.client.get_experiment(tracker.experiment).tags["mlflow.note.content"]
    assert "log_error" in described
