"""Put the training curves of a data set's runs side by side, for `dvc plots`.

Run as `python -m stages.curves <data set>`.
"""

from graphrec.config.edge import run_command
from graphrec.config.files import whole
from graphrec.config.params import load_params, select_dataset
from graphrec.config.paths import Paths
from graphrec.reporting.curves import ERRORS, curves_of


def main(dataset: str) -> None:
    params, paths = load_params(), Paths()
    select_dataset(params, dataset)
    for error in ERRORS:
        path = paths.plot(dataset, error)
        with whole(path) as part:
            curves_of(params, paths, dataset, error).to_csv(part, index=False)


if __name__ == "__main__":
    run_command("curves", main, "data set")
