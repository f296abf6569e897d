"""Draw a data set and write down its numbers.

Run as `python -m stages.explore movielens`.
"""

import json
import sys

from graphrec.config.paths import Paths
from graphrec.data.interactions import load_held_out, load_training_data
from graphrec.reporting.exploration import describe, draw_imdb, draw_movielens, draw_split
from graphrec.reporting.figures import save

DRAW = {"movielens": draw_movielens, "imdb": draw_imdb}


def main(dataset: str) -> None:
    paths = Paths()
    data = load_training_data(paths.training(dataset))
    test = load_held_out(paths.test(dataset))
    folder = paths.exploration(dataset)
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in {**DRAW[dataset](data), "split": draw_split(data, test)}.items():
        save(figure, folder / f"{name}.png")
    numbers = describe(data, test)
    (folder / "numbers.json").write_text(json.dumps(numbers, indent=2) + "\n")
    print(f"{dataset}: {numbers}")


if __name__ == "__main__":
    main(*sys.argv[1:])
