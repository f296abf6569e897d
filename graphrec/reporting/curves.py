"""The curves of several runs as one table, for one plot."""

import pandas as pd

from graphrec.config.curves import read_curves
from graphrec.config.errors import FileError
from graphrec.config.params import Params
from graphrec.config.paths import Paths
from graphrec.reporting.summary import runs_of

ERRORS = ("mse", "log_error")


def curves_of_run(paths: Paths, run: str) -> pd.DataFrame:
    """A row an epoch, a column a value. Raises FileError where the file lacks some."""
    curves = pd.DataFrame(read_curves(paths.curves(run)))
    names = {"epoch", *(f"{part}_{error}" for part in ("train", "valid") for error in ERRORS)}
    if missing := sorted(names - {*curves.columns}):
        raise FileError(
            f"expected columns {', '.join(missing)} in {paths.curves(run)}, got none: run "
            f"`dvc repro train@{run}`"
        )
    return curves.astype({"epoch": int})


def curves_of(params: Params, paths: Paths, dataset: str, error: str) -> pd.DataFrame:
    """A row for each run, epoch and part: `epoch`, `run`, `part`, and the error as `value`."""
    tables = []
    for name in runs_of(params, dataset):
        curves = curves_of_run(paths, name)
        for part, title in (("train", "training"), ("valid", "validation")):
            values = curves[f"{part}_{error}"]
            table = {"epoch": curves["epoch"], "run": name, "part": title, "value": values}
            tables.append(pd.DataFrame(table))
    return pd.concat(tables) if tables else pd.DataFrame(columns=["epoch", "run", "part", "value"])
