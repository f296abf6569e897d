"""Fit the closed-form filters of a data set on its training interactions, once for all its runs.

Run as `python -m stages.filter <data set>`.
"""

import sys

from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.data.storage import load_dataset, save_arrays
from graphrec.filters.fit import fit_filters


def main(dataset: str) -> None:
    params, paths = load_params(), Paths()
    data = load_dataset(paths.training(dataset))
    save_arrays(paths.filters(dataset), fit_filters(data, params.filters))


if __name__ == "__main__":
    main(*sys.argv[1:])
