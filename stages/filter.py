"""Fit the closed-form filters of a data set on its training interactions, once for all its runs.

Run as `python -m stages.filter movielens`.
"""

import sys

from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.data.interactions import load_training_data, save_filters
from graphrec.filters.fit import imdb_filters, movielens_filters


def main(dataset: str) -> None:
    params, paths = load_params(), Paths()
    data = load_training_data(paths.training(dataset))
    if dataset == "movielens":
        filters = movielens_filters(data, **params.movielens.filters.model_dump())
    else:
        filters = imdb_filters(data, **params.imdb.filters.model_dump())
    save_filters(paths.filters(dataset), filters)


if __name__ == "__main__":
    main(*sys.argv[1:])
