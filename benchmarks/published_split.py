"""How good are the models on a published split of events?

`python -m benchmarks.published_split --folder data/raw/gowalla` reads train.csv.gz and test.csv.gz
with the columns user and item, trains each model over three seeds, every fit in a process of its
own, prints a table and writes reports/benchmarks/published-split.json, where the fits of models
other than those asked for stay. A tenth of training chooses the epoch and what the parts of a model
weigh; then the model is trained anew on all of it. Settings are those of params.yaml,
`hyperparameters.implicit`, and published_split.yaml. `--without-layers` fits each also with 0
layers, and compares both on validation.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.cluster import CLUSTER_HELP, needs_of, run_all, say
from benchmarks.one_fit import RUN
from benchmarks.processes import measure_alone
from benchmarks.published_tables import TELLS, Measured, compare_layers, tables
from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.evaluation.results import load_measure, save_json

FILES = ("train.csv.gz", "test.csv.gz")
NO_LAYERS = ["--layers", 0]


def fit_alone(folder: Path, arguments: Sequence[object]) -> Measured:
    """What benchmarks.one_fit measures, in a process of its own."""
    with tempfile.TemporaryDirectory() as made:
        users = Path(made) / "users.npz"
        row = measure_alone("benchmarks.one_fit", folder, *arguments, "--users", users)
        return Measured(row, load_measure(users, TELLS))


def fit_handed_on(files: Mapping[str, bytes], arguments: Sequence[object]) -> Measured:
    """The same on a node that has only the contents of the files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        return fit_alone(Path(folder), arguments)


def report_of(paths: Paths) -> Path:
    """Where the fits are written."""
    return paths.root / "reports" / "benchmarks" / "published-split.json"


def report_of_others(path: Path, models: Sequence[str]) -> dict[str, Any]:
    """Earlier fits of models other than these, and what is known of their layers."""
    earlier = json.loads(path.read_text()) if path.exists() else {"fits": []}
    layers = earlier.get("layers", {})
    return {
        "fits": [row for row in earlier["fits"] if row["model"] not in models],
        "layers": {model: row for model, row in layers.items() if model not in models},
    }


def main(arguments: Sequence[str] | None = None, paths: Paths | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--models", nargs="+", choices=RUN, default=[*RUN], help="these alone")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, help="at most, in place of the settings' own")
    parser.add_argument("--without-layers", action="store_true", help="fit each with 0 layers, too")
    parser.add_argument("--cluster", metavar="ADDRESS", help=CLUSTER_HELP)
    options = parser.parse_args(arguments)
    if lacking := [name for name in FILES if not (options.folder / name).is_file()]:
        parser.error(f"expected {' and '.join(FILES)} in {options.folder}, got no {lacking}")
    handed = [] if options.epochs is None else ["--epochs", options.epochs]
    depths = [[], NO_LAYERS] if options.without_layers else [[]]
    fits = [
        [model, "--seed", seed, *handed, *depth]
        for model in options.models
        for seed in range(options.seeds)
        for depth in depths
    ]
    fit = partial(fit_alone, options.folder)
    if options.cluster is not None:
        fit = partial(fit_handed_on, {name: (options.folder / name).read_bytes() for name in FILES})
    output = report_of(paths or Paths())
    others = report = report_of_others(output, options.models)
    measured: dict[int, Measured] = {}
    for done in run_all(fit, fits, options.cluster, needs_of(load_params())):
        measured[done.index] = done.result
        rows = [measured[index].row for index in sorted(measured)]
        report = others | {"fits": others["fits"] + [row for row in rows if "test" in row]}
        save_json(output, report)  # each, since the next may take half an hour
        row = done.result.row
        say(f"{row['model']}, {row['layers']} layers, seed {row['seed']}: {row['valid']}")
    if options.without_layers:
        every = [measured[index] for index in sorted(measured)]
        compared = {
            model: compare_layers([each for each in every if each.row["model"] == model])
            for model in options.models
        }
        report = report | {"layers": others["layers"] | compared}
        save_json(output, report)
    print(tables(report))


if __name__ == "__main__":
    main()
