"""Draw a data set and write down its numbers.

Run as `python -m stages.explore <data set>`.
"""

import json

from graphrec.config.edge import run_command
from graphrec.config.files import write_text
from graphrec.config.params import load_params, select_dataset
from graphrec.config.paths import Paths
from graphrec.data.storage import load_dataset, load_held_out
from graphrec.reporting.exploration import describe, draw_all
from graphrec.reporting.figures import save


def main(dataset: str) -> None:
    paths = Paths()
    select_dataset(load_params(), dataset)
    data = load_dataset(paths.training(dataset))
    test = load_held_out(paths.test(dataset), data)
    folder = paths.exploration(dataset)
    for name, figure in draw_all(data, test).items():
        save(figure, folder / f"{name}.png")
    numbers = describe(data, test)
    write_text(folder / "numbers.json", json.dumps(numbers, indent=2) + "\n")
    print(f"{dataset}: {numbers}")


if __name__ == "__main__":
    run_command("explore", main, "data set")
