"""What reports, the registry and MLflow read of runs."""

from tests.hostile.changes import both, cut, gone, in_json, param, text, without_digests
from tests.hostile.project import BASELINES, CURVES, EVALUATION, SETTINGS, USERS

REPORTING = [
    ("no runs", param("runs", {}), "report", "expected a run in params.yaml, got none"),
    ("no evaluation", gone(EVALUATION), "report", "evaluation.json, got none"),
    ("cut evaluation", cut(EVALUATION), "report", "Invalid JSON"),
    ("NaN", text(EVALUATION, '{"valid": {"mse": NaN}}'), "report", "finite number"),
    ("no measures", in_json(EVALUATION, "valid", {}), "report", "among the measures of shop-base"),
    ("no users", gone(USERS), "report", "users.npz, got none"),
    ("damaged users", text(USERS, "x"), "report", "expected a whole file of arrays"),
    ("others' users", text(USERS, b"PK\5\6" + b"\0" * 18), "report", "users.npz"),
    ("no baselines", gone(BASELINES), "report", "evaluation.json, got none"),
    ("no curves", gone(CURVES), "report", "curves.csv, got none"),
    ("empty curves", text(CURVES, ""), "curves shop", "curves.csv, got none of them"),
    ("header alone", text(CURVES, "epoch,train_mse\n"), "curves shop", "got none of them"),
    ("NaN in curves", text(CURVES, "epoch,train_mse\n1,nan\n"), "curves shop", "got nan as"),
    ("a word", text(CURVES, "epoch,train_mse\n1,x\n"), "curves shop", "'x'"),
    ("columns", text(CURVES, "epoch,train_mse\n1,2\n"), "curves shop", "columns train_log_error"),
    ("other bytes", text(CURVES, b"\xff\xfe\0"), "curves shop", "a row of finite numbers"),
    ("no metrics", gone("reports/metrics.json"), "compare", "runs that are evaluated, got none"),
    ("cut metrics", cut("reports/metrics.json", 30), "compare", "Invalid JSON"),
    ("a list of metrics", text("reports/metrics.json", "[1]"), "compare", "reports/metrics.json"),
    ("no results", gone("reports/results.json"), "promote", "results.json, got none"),
    ("cut results", cut("reports/results.json"), "promote", "Invalid JSON"),
    (
        "no best",
        in_json("reports/results.json", "best/shop", {}),
        "promote",
        "have 10 first",
    ),
    (
        "weights of now, measures of then",
        both(without_digests("shop-base"), without_digests("shop-final")),
        "promote",
        "got those of an earlier training",
    ),
    ("damaged curves", text(CURVES, ""), "sync", "damaged ones of shop-base"),
    ("damaged settings", text(SETTINGS, "{"), "sync", "damaged ones of shop-base"),
    ("NaN curves", text(CURVES, "epoch,a\n1,inf\n"), "sync", "damaged ones of shop-base"),
    ("damaged lock", text("dvc.lock", "stages: [1"), "sync", "dvc.lock as DVC writes it"),
    ("empty lock", text("dvc.lock", ""), "sync", "dvc.lock as DVC writes it"),
]

CASES = [(f"{command}: {name}", change, command, told) for name, change, command, told in REPORTING]
