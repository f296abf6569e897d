"""What MLflow's page reads from the experiment's tags."""

import json

from graphrec.tracking.records import HANDFUL
from graphrec.tracking.views import COLUMNS, KIND, SHARED_VIEW


def test_an_experiment_is_marked_and_holds_a_view_that_its_description_opens(tracker):
    experiment = tracker.client.get_experiment(tracker.experiment)
    assert experiment.tags[KIND] == "custom_model_development"
    view = json.loads(experiment.tags[SHARED_VIEW])
    assert view.keys() == {"name", "createdAt", "updatedAt", "state"}
    assert json.loads(view["state"])["selectedColumns"] == list(COLUMNS)
    key = SHARED_VIEW.rpartition(".")[2]
    address = f"#/experiments/{tracker.experiment}/runs?workflowType=machine_learning"
    assert f"({address}&viewStateShareKey={key})" in experiment.tags["mlflow.note.content"]


def test_its_columns_are_measures_that_runs_have():
    names = [column.split("`")[1] for column in COLUMNS if column.startswith("metrics.")]
    for name in set(names) - {"best_epoch"}:
        assert HANDFUL.fullmatch(name.removeprefix("best_valid_").removeprefix("test_"))
