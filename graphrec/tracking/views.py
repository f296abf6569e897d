"""What MLflow's page reads of an experiment: its kind, and a saved view with measures.

A run table that nobody has set up has no column of measures, and MLflow keeps a reader's columns in
the browser. What a store can hold is a saved view: a tag with a name and a state in JSON, listed
under "Views" and opened by its key in an address.
"""

import json

KIND = "mlflow.experimentKind"
MODEL_TRAINING = "custom_model_development"
"""Said for whoever reads it: MLflow 3.17's own page goes by a mode that it keeps in the browser."""
VIEW = "measures"
VIEW_NAME = "Measures, best on validation first"
SHARED_VIEW = f"mlflow.sharedViewState.{VIEW}"
ORDER_BY = "metrics.`best_valid_ndcg_at_10`"
COLUMNS = (
    "attributes.`Dataset`",
    *(
        f"metrics.`{name}`"
        for name in (
            "test_mse",
            "test_log_error",
            "test_loss",
            "test_rmse",
            "test_ndcg_at_10",
            "test_recall_at_10",
            "test_auc",
            "best_valid_mse",
            "best_valid_ndcg_at_10",
            "best_epoch",
        )
    ),
)
DATASET_WIDTH = 250
"""In pixels: MLflow's own, 300, leaves less room for the measures."""


def runs_address(experiment: str, **options: str) -> str:
    """Of the runs of an experiment on MLflow's page, below the server's address."""
    query = "&".join(
        f"{name}={value}" for name, value in {"workflowType": "machine_learning", **options}.items()
    )
    return f"#/experiments/{experiment}/runs?{query}"


def view_state() -> dict[str, object]:
    """Columns and order of a run table, as MLflow's page keeps them."""
    columns = list(COLUMNS)
    return {
        "orderByKey": ORDER_BY,
        "orderByAsc": False,
        "selectedColumns": columns,
        "columnOrder": columns,
        "columnWidths": {COLUMNS[0]: DATASET_WIDTH},
    }


def view_tags() -> dict[str, str]:
    """Tags that make the page of an experiment the one of trained models."""
    state = json.dumps(view_state())
    view = {"name": VIEW_NAME, "createdAt": 0, "updatedAt": 0, "state": state}
    return {KIND: MODEL_TRAINING, SHARED_VIEW: json.dumps(view)}
