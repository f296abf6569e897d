"""How good are the models on a published split of events?

`python -m benchmarks.published_split --folder data/raw/gowalla` reads train.csv.gz and test.csv.gz
with the columns user and item, trains each model over three seeds, every fit in a process of its
own, prints a table and writes reports/benchmarks/published-split.json. A tenth of training chooses
the epoch and what the parts of a model weigh; then the model is trained anew on all of it. Settings
are those of params.yaml, `hyperparameters.implicit`, and published_split.yaml.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.one_fit import NAMES, RUN
from benchmarks.processes import measure_alone
from graphrec.config.paths import Paths
from graphrec.evaluation.results import save_json
from graphrec.reporting.tables import markdown_table

Rows = list[dict[str, Any]]


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


def main(arguments: Sequence[str] | None = None, paths: Paths | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--models", nargs="+", choices=RUN, default=[*RUN], help="these alone")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, help="at most, in place of the settings' own")
    options = parser.parse_args(arguments)
    if lacking := [
        name for name in ("train.csv.gz", "test.csv.gz") if not (options.folder / name).is_file()
    ]:
        parser.error(f"expected train.csv.gz and test.csv.gz in {options.folder}, got no {lacking}")
    epochs = [] if options.epochs is None else ["--epochs", options.epochs]
    rows: Rows = []
    output = (paths or Paths()).root / "reports" / "benchmarks" / "published-split.json"
    for model in options.models:
        for seed in range(options.seeds):
            fit = [options.folder, model, "--seed", seed, *epochs]
            rows.append(measure_alone("benchmarks.one_fit", *fit))
            save_json(output, {"fits": rows})  # each, since the next may take half an hour
            print(f"{model}, seed {seed}: {rows[-1]['test']}", flush=True)
    print(published_table(rows))


if __name__ == "__main__":
    main()
