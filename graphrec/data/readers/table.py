"""placeholder"""

from pathlib import Path

from graphrec.config.datasets import DatasetParams
from graphrec.data.dataset import RawData


def read(folder: Path, about: DatasetParams) -> RawData:
    raise NotImplementedError
