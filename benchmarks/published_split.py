"""How good are the models on a published split of events?

`python -m benchmarks.published_split --folder data/raw/gowalla` reads train.csv.gz and test.csv.gz
with the columns user and item, trains each model over three seeds, every fit in a process of its
own, prints a table and writes reports/benchmarks/published-split.json, where the fits of models
other than those asked for stay. A tenth of training chooses the epoch and what the parts of a model
weigh; then the model is trained anew on all of it. Settings are those of params.yaml,
`hyperparameters.implicit`, and published_split.yaml.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cluster import CLUSTER_HELP, needs_of, run_all, say
from benchmarks.one_fit import NAMES, RUN
from benchmarks.processes import measure_alone
from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.evaluation.results import save_json
from graphrec.reporting.tables import markdown_table

Rows = list[dict[str, Any]]
FILES = ("train.csv.gz", "test.csv.gz")


def fit_alone(folder: Path, arguments: Sequence[object]) -> dict[str, Any]:
    """What benchmarks.one_fit measures, in a process of its own."""
    return measure_alone("benchmarks.one_fit", folder, *arguments)


def fit_handed_on(files: Mapping[str, bytes], arguments: Sequence[object]) -> dict[str, Any]:
    """The same on a node that has only the contents of the files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        return fit_alone(Path(folder), arguments)


def published_table(rows: Rows) -> str:
    """Markdown: a row a model, means over seeds ± their standard deviation, and the most memory."""
    heads = ["model", "seeds", *(f"{part} {name}" for part in ("test", "valid") for name in NAMES)]
    table = []
    for model in dict.fromkeys(row["model"] for row in rows):
        fits = [row for row in rows if row["model"] == model]
        measures = [
            spread([fit[part][name] for fit in fits])
            for part in ("test", "valid")
            for name in NAMES
        ]
        training, evaluation = (
            f"{np.mean([fit[key] for fit in fits]):.0f}" for key in ("training_s", "evaluation_s")
        )
        epochs = "–".join(map(str, sorted({fit["best_epoch"] for fit in fits})))
        most = f"{max(fit['peak_gb'] for fit in fits):.2f}"
        table.append([model, str(len(fits)), *measures, epochs, training, evaluation, most])
    return markdown_table([*heads, "epochs", "training, s", "evaluation, s", "peak, GB"], table)


def spread(values: Sequence[float]) -> str:
    """Mean, and where there are several values ± their standard deviation."""
    deviation = f" ± {np.std(values, ddof=1):.4f}" if len(values) > 1 else ""
    return f"{np.mean(values):.4f}{deviation}"


def report_of(paths: Paths) -> Path:
    """Where the fits are written."""
    return paths.root / "reports" / "benchmarks" / "published-split.json"


def fits_of_others(report: Path, models: Sequence[str]) -> Rows:
    """Earlier fits of models other than these."""
    earlier = json.loads(report.read_text())["fits"] if report.exists() else []
    return [row for row in earlier if row["model"] not in models]


def main(arguments: Sequence[str] | None = None, paths: Paths | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--models", nargs="+", choices=RUN, default=[*RUN], help="these alone")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, help="at most, in place of the settings' own")
    parser.add_argument("--cluster", metavar="ADDRESS", help=CLUSTER_HELP)
    options = parser.parse_args(arguments)
    if lacking := [name for name in FILES if not (options.folder / name).is_file()]:
        parser.error(f"expected {' and '.join(FILES)} in {options.folder}, got no {lacking}")
    handed = [] if options.epochs is None else ["--epochs", options.epochs]
    fits = [
        [model, "--seed", seed, *handed]
        for model in options.models
        for seed in range(options.seeds)
    ]
    fit = partial(fit_alone, options.folder)
    if options.cluster is not None:
        fit = partial(fit_handed_on, {name: (options.folder / name).read_bytes() for name in FILES})
    output = report_of(paths or Paths())
    measured: dict[int, dict[str, Any]] = {}
    rows = others = fits_of_others(output, options.models)
    for done in run_all(fit, fits, options.cluster, needs_of(load_params())):
        measured[done.index] = done.result
        rows = others + [measured[index] for index in sorted(measured)]
        save_json(output, {"fits": rows})  # each, since the next may take half an hour
        say(f"{done.result['model']}, seed {done.result['seed']}: {done.result['test']}")
    print(published_table(rows))


if __name__ == "__main__":
    main()
