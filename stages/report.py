"""Put all runs side by side: metrics, the summary, figures of errors and of comparisons.

Brings MLflow in line with them at last.

Run as `python -m stages.report`.
"""

from graphrec.config.edge import run_command
from graphrec.config.json_file import Trained, read_json
from graphrec.config.params import Params, load_params
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
    save_json(paths.results, results)
    save_json(paths.metrics, handful(params, results))
    train_users = {
        dataset: load_dataset(paths.training(dataset)).train.user for dataset in params.datasets
    }
    page = summary_page(params, paths, results, train_users)
    paths.summary.write_text(page, encoding="utf-8")
    for dataset in params.datasets:
        named = {name: results["runs"][name] for name in runs_of(params, dataset)}
        named |= results["baselines"][dataset]
        values, errors = (
            {name: measured[part] for name, measured in named.items()}
            for part in ("test", "test_standard_error")
        )
        figure = draw_comparison(values, errors, columns(params, dataset))
        save(figure, paths.comparison_figure(dataset))
    draw_all_errors(params, paths)
    synchronise(list(params.runs), paths)


def draw_all_errors(params: Params, paths: Paths) -> None:
    for name in params.runs:
        curves = curves_of_run(paths, name)
        best_epoch = read_json(paths.settings(name), Trained)["best_epoch"]
        save(draw_errors(curves, best_epoch, name), paths.errors_figure(name))


if __name__ == "__main__":
    run_command("report", main)
