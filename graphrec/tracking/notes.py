"""What MLflow's page says in words: the experiment's description and a note on each run."""

from typing import Any

CURRENT_RUNS = (
    "#/experiments/{id}/runs?workflowType=machine_learning&compareRunsMode=CHART"
    "&searchFilter=tags.current%20%3D%20%27true%27"
    "&orderByKey=metrics.%60valid%2Fndcg_at_10%60&orderByAsc=false"
)
"""Where MLflow's page shows the curves of all current runs on one axis, best first.

Sorted by time it would fold the runs below their parents and draw no curve."""

EXPERIMENT_NOTE = """Graph recommenders on MovieLens 100K and IMDB, trained by DVC's stages. \
Everything here is a copy of files in the project: `make sync` writes it anew.

One run for each trained model, below a parent for the DVC experiment, or the workspace at a \
commit, that trained it first. The runs whose files are in the workspace are the current ones \
(`tags.current = 'true'`): **[their curves side by side, best on validation first]({link})**.

| metric | meaning | unit | better |
|---|---|---|---|
| `epochs/…` | a column of the run's curves.csv: a value an epoch | as below | |
| `valid/…`, `test/…` | reports/metrics.json: the weights of the best epoch, on that part | | |
| `…/mse` | mean squared error; movielens: of ratings, 1 … 5; imdb: of 1 for a credit, else 0 | \
target² | lower |
| `…/log_error` | BPR pair loss, −log σ(positive − negative) | nats | lower |
| `…/loss`, `test/test_loss` | the run's own risk: mse, or mse + log error | | lower |
| `…/rmse`, `…/mae` | errors of ratings, predictions clipped to 1 … 5 | stars | lower |
| `…/recall_at_k`, `precision_at_k`, `ndcg_at_k`, `map_at_k`, `mrr_at_k`, `hit_at_k` | rankings of \
all unseen items, mean over users | 0 … 1 | higher |
| `…/auc`, `…/average_precision` | held-out credits against as many non-credits | 0 … 1 | higher |
| `…/coverage_at_k` | items that are recommended to anybody | share | |
| `…/mean_popularity_at_k` | training interactions of what is recommended | count | |
| `test_standard_error/…` | standard deviation over bootstrap n_resamples of the test users | as above | |
| `best_epoch` | chosen on validation | epoch | |

Validation chooses everything; test values are for reading only."""


def experiment_note(identity: str) -> str:
    """Markdown: what the experiment is, where to look first, and what the metrics mean."""
    return EXPERIMENT_NOTE.format(link=CURRENT_RUNS.format(id=identity))


def run_note(run: str, settings: dict[str, Any], evaluation: dict[str, Any] | None) -> str:
    """Markdown: what the run is, how it went, and where its files are."""
    params = settings["params"]
    factors = {
        name.removeprefix("run."): value
        for name, value in params.items()
        if name.startswith("run.")
    }
    lines = [
        f"**{run}**: " + ", ".join(f"{name} `{value}`" for name, value in factors.items()) + ".",
        f"Best epoch, by validation: **{settings['best_epoch']}**.",
        _measures(evaluation) if evaluation else "Not evaluated yet.",
        f"Files: `models/{run}/` (weights, curves, settings, figure) and "
        f"`reports/evaluation/{run}/`, made by the DVC stages `train@{run}` and `evaluate@{run}`.",
    ]
    return "\n\n".join(lines)


def _measures(evaluation: dict[str, Any]) -> str:
    names = [name for name in evaluation["valid"] if not name.endswith("_20")]
    rows = [
        f"| {name} | {evaluation['valid'][name]:.4f} | {evaluation['test'][name]:.4f} |"
        for name in sorted(names)
        if name in evaluation["test"]
    ]
    return "\n".join(["| measure | validation | test |", "|---|---|---|", *rows])


def group_note(title: str, experiment: str | None, baseline: str | None) -> str:
    """Markdown: what the runs below a parent have in common."""
    at = f"commit `{baseline[:7]}`" if baseline else "no commit"
    if experiment is None:
        return f"Runs trained in the workspace, with {at} checked out."
    return (
        f"Runs that the DVC experiment **{title}** trained, starting from {at}. "
        f"`dvc exp apply {experiment}` brings its files into the workspace; its other runs are "
        "those of the baseline."
    )
