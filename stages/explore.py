"""Draw a data set and write down its numbers.

Run as `python -m stages.explore <data set>`.
"""

import json
import sys

from graphrec.config.files import write_text
from graphrec.config.paths import Paths
from graphrec.data.storage import load_dataset, load_held_out
from graphrec.reporting.exploration import describe, draw_all
from graphrec.reporting.figures import save


def main(dataset: str) -> None:
    paths = Paths()
    data = load_dataset(paths.training(dataset))
    test = load_held_out(paths.test(dataset))
    folder = paths.exploration(dataset)
    for name, figure in draw_all(data, test).items():
        save(figure, folder / f"{name}.png")
    numbers = describe(data, test)
    write_text(folder / "numbers.json", json.dumps(numbers, indent=2) + "\n")
    print(f"{dataset}: {numbers}")


if __name__ == "__main__":
    main(*sys.argv[1:])
