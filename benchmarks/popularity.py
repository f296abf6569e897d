"""Are the held-out events of a published split like those of training?

`python -m benchmarks.popularity --folder data/raw/gowalla` prints how popular the items of events
are that validate and that test: how often training has each, validation included, in times of the
average item. Where test has more popular items than validation, settings that validation chooses
lean too little on popularity. It chooses nothing.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.one_fit import DATASET, params_for
from graphrec.data.dataset import Dataset, with_validation
from graphrec.data.interactions import HeldOut, IntArray
from graphrec.data.prepare import prepare
from graphrec.data.readers.choice import read_raw


def popularity(data: Dataset, test: HeldOut) -> dict[str, float]:
    """Mean number of training events of an item, by part, over that of the average item.

    An event is not counted with itself.
    """
    known = with_validation(data).train
    count = np.bincount(known.item, minlength=data.num_items)

    def mean(item: IntArray, own: int) -> float:
        return float((count[item] - own).mean() * data.num_items / len(known))

    return {
        "train": mean(data.train.item, 1),
        "valid": mean(data.valid.interactions.item, 1),
        "test": mean(test.interactions.item, 0),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    folder = parser.parse_args(arguments).folder
    params = params_for("lightgcn")
    about = params.datasets[DATASET]
    for part, value in popularity(*prepare(read_raw(folder, about), about, params.seed)).items():
        print(f"{part}: {value:.2f} times the average item")


if __name__ == "__main__":
    main()
