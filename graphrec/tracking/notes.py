"""What MLflow's page says in words: the experiment's description and a note on each run."""

from graphrec.config.json_file import Recorded, Settings
from graphrec.tracking.views import VIEW, runs_address

EXPERIMENT_NOTE = """Graph recommenders trained by DVC's stages: [their measures]({table}), \
[their curves]({curves}).

`best_valid_…` and `test_…` are of the best epoch, on validation and test; `train/…` and \
`valid/…` are curves. `mse` is the mean squared error, `log_error` the BPR pair loss, `loss` \
what a run minimises. Runs with `tags.current = 'true'` are those of the workspace; group by \
`trained_in` for the others. Everything here is a copy of the project's files, which `make sync` \
writes anew."""


def experiment_note(identity: str) -> str:
    """Markdown: what the experiment is, where to look first, and what the metrics mean."""
    return EXPERIMENT_NOTE.format(
        table=runs_address(identity, viewStateShareKey=VIEW),
        curves=runs_address(identity, compareRunsMode="CHART"),
    )


def run_note(run: str, settings: Settings, evaluation: Recorded | None) -> str:
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
        f"Files: `models/{run}/` (weights, data, curves, settings) and "
        f"`reports/evaluation/{run}/`, made by the DVC stages `train@{run}` and `evaluate@{run}`.",
    ]
    return "\n\n".join(lines)


def _measures(evaluation: Recorded) -> str:
    names = [name for name in evaluation["valid"] if not name.endswith("_20")]
    rows = [
        f"| {name} | {evaluation['valid'][name]:.4f} | {evaluation['test'][name]:.4f} |"
        for name in sorted(names)
        if name in evaluation["test"]
    ]
    return "\n".join(["| measure | validation | test |", "|---|---|---|", *rows])
