"""Split a data set, build train-only features, and fail if anything held out leaks.

Run as `python -m stages.preprocess movielens`.
"""

import json
import sys

from graphrec.config.params import load_params
from graphrec.config.paths import Paths
from graphrec.data.audit import LeakError, audit_graph, audit_split
from graphrec.data.interactions import save_held_out, save_training_data
from graphrec.data.readers.imdb import prepare_imdb
from graphrec.data.readers.movielens import prepare_movielens
from graphrec.data.splits import describe_test
from graphrec.graph.bipartite import build_graph
from graphrec.graph.sparse import to_scipy


def main(dataset: str) -> None:
    params, paths = load_params(), Paths()
    if dataset == "movielens":
        split = params.movielens.split
        prepared = prepare_movielens(
            paths.raw(dataset), split.fold, split.valid_fraction, params.seed, split.test_fraction
        )
    else:
        prepared = prepare_imdb(paths.raw(dataset), params.seed)
    data, test, num_published, rebuild = prepared
    try:
        counts = audit_split(data, test, num_published, rebuild) | describe_test(data, test)
        audit_graph(to_scipy(build_graph(data).adjacency()), data, test)
    except LeakError as error:
        sys.exit(f"preprocess: {dataset}: {error}")
    paths.training(dataset).parent.mkdir(parents=True, exist_ok=True)
    save_training_data(paths.training(dataset), data)
    save_held_out(paths.test(dataset), test)
    paths.audit(dataset).parent.mkdir(parents=True, exist_ok=True)
    paths.audit(dataset).write_text(json.dumps(counts, indent=2) + "\n")
    print(f"{dataset}: {counts}")


if __name__ == "__main__":
    main(*sys.argv[1:])
