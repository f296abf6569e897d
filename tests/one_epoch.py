"""A project whose runs train for one epoch, on a data set of the fixtures."""

from pathlib import Path

from graphrec.config.params import Params
from graphrec.config.paths import Paths
from graphrec.data.dataset import Dataset
from graphrec.data.storage import save_dataset
from tests.faults import PARAMS


def one_epoch(run: str, data: Dataset, root: Path) -> tuple[Paths, Params]:
    """Its paths below `root`, where the training data of the run lie, and its parameters."""
    paths = Paths(root)
    save_dataset(paths.training(PARAMS.runs[run].dataset), data)
    train = PARAMS.train.model_copy(update={"epochs": 1})
    return paths, PARAMS.model_copy(update={"train": train, "threads": 1})
