"""Put all runs side by side: metrics, the summary, figures of errors and of comparisons.

Brings MLflow in line with them at last.

Run as `python -m stages.report`.
"""

from graphrec.config.edge import run_command
from graphrec.config.files import write_text
from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.data.storage import load_dataset
from graphrec.evaluation.results import save_json
from graphrec.reporting.curves import curves_of_run
from graphrec.reporting.figures import draw_comparison, draw_errors, save
from graphrec.reporting.summary import collect, columns, handful, runs_of
from graphrec.reporting.summary_page import summary_page
from graphrec.tracking import synchronise


def main() -> None:
    params, paths = load_params(), Paths()
    results = collect(params, paths)
    train_users = {
        dataset: load_dataset(paths.training(dataset)).train.user for dataset in params.datasets
    }
    page = summary_page(params, paths, results, train_users)
    curves = {name: curves_of_run(paths, name) for name in params.runs}
    # All is read before anything is written, so that a damaged file leaves the last report whole.
    save_json(paths.results, results)
    save_json(paths.metrics, handful(params, results))
    write_text(paths.summary, page)
    for dataset in params.datasets:
        named = {name: results["runs"][name] for name in runs_of(params, dataset)}
        named |= results["baselines"][dataset]
        values, errors = (
            {name: measured[part] for name, measured in named.items()}
            for part in ("test", "test_standard_error")
        )
        figure = draw_comparison(values, errors, columns(params, dataset))
        save(figure, paths.comparison_figure(dataset))
    for name, rows in curves.items():
        save(
            draw_errors(rows, results["runs"][name]["best_epoch"], name), paths.errors_figure(name)
        )
    synchronise(list(params.runs), paths)


if __name__ == "__main__":
    run_command("report", main)
