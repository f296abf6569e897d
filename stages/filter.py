"""Fit the closed-form filters of a data set on its training interactions, once for all its runs.

Run as `python -m stages.filter movielens`.
"""

import sys

from graphrec.filter_sets import imdb_filters, movielens_filters
from graphrec.interactions import load_training_data, save_filters
from graphrec.params import load_params
from graphrec.paths import Paths


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
