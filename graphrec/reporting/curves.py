"""The curves of several runs as one table, for one plot."""

import pandas as pd

from graphrec.config.params import Params
from graphrec.config.paths import Paths
from graphrec.reporting.summary import runs_of

ERRORS = ("mse", "log_error")


def curves_of(params: Params, paths: Paths, dataset: str, error: str) -> pd.DataFrame:
    """A row for each run, epoch and part: `epoch`, `run`, `part`, and the error as `value`."""
    tables = []
    for name in runs_of(params, dataset):
        curves = pd.read_csv(paths.curves(name))
        for part, title in (("train", "training"), ("valid", "validation")):
            values = curves[f"{part}_{error}"]
            table = {"epoch": curves["epoch"], "run": name, "part": title, "value": values}
            tables.append(pd.DataFrame(table))
    return pd.concat(tables) if tables else pd.DataFrame(columns=["epoch", "run", "part", "value"])
