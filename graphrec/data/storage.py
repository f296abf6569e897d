"""Data sets on disk: plain arrays, no pickles, the same bytes for the same data."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from pydantic import ValidationError

from graphrec.config.datasets import DatasetParams
from graphrec.config.errors import FileError
from graphrec.data.arrays import Arrays, read_arrays, write_arrays
from graphrec.data.checks import DTYPES, check_dataset, check_test
from graphrec.data.dataset import Dataset, Entities, FeatureBlock
from graphrec.data.errors import DataError
from graphrec.data.interactions import FIELDS, HeldOut, Interactions

AGAIN = ": run preprocess, or the stage that left it, again"
CSR = ("data", "indices", "indptr")
Named = Iterator[tuple[str, NDArray[Any]]]


def save_dataset(path: Path, data: Dataset) -> None:
    """All that training and validation may see, as one .npz file."""
    arrays: Arrays = {"about": np.array(data.about.model_dump_json())}
    arrays |= _pack_entities("users", data.users) | _pack_entities("items", data.items)
    interactions = _pack_interactions("train", data.train), _pack_held_out("valid", data.valid)
    write_arrays(path, chain(arrays.items(), *interactions))


def load_dataset(path: Path) -> Dataset:
    """What `save_dataset` has left. Raises FileError where it is missing, damaged or other data."""
    arrays = read_arrays(path)
    with _of_file(path):
        data = Dataset(
            DatasetParams.model_validate_json(str(arrays["about"])),
            _unpack_entities("users", arrays),
            _unpack_entities("items", arrays),
            _unpack_interactions("train", arrays),
            _unpack_held_out("valid", arrays),
        )
        check_dataset(data)
    return data


def save_held_out(path: Path, held_out: HeldOut) -> None:
    write_arrays(path, _pack_held_out("test", held_out))


def load_held_out(path: Path, data: Dataset) -> HeldOut:
    """The test part of `data`. Raises FileError as above, and where it shares pairs with it."""
    arrays = read_arrays(path)
    with _of_file(path):
        test = _unpack_held_out("test", arrays)
        check_test(test, data)
    return test


@contextmanager
def _of_file(path: Path) -> Iterator[None]:
    """Say which file it is that lacks an array, or holds other data than a stage has written."""
    try:
        yield
    except KeyError as error:
        raise FileError(f"expected the array {error} in {path}, got none{AGAIN}") from error
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]["msg"]
        raise FileError(f"expected what a data set says in {path}, got: {fault}{AGAIN}") from error
    except DataError as error:
        raise FileError(f"{path}: {error}{AGAIN}") from error
    except (ValueError, TypeError) as error:  # of matrices whose arrays do not go together
        raise FileError(f"expected a data set in {path}, got: {error}{AGAIN}") from error


def _pack_entities(side: str, entities: Entities) -> Arrays:
    arrays: Arrays = {f"{side}/ids": entities.ids, f"{side}/titles": entities.titles}
    for name, block in entities.features.items():
        key = f"{side}/features/{name}"
        arrays |= {f"{key}/{part}": getattr(block.matrix, part) for part in CSR}
        arrays |= {
            f"{key}/shape": np.array(block.matrix.shape),
            f"{key}/kind": np.array(block.kind),
            f"{key}/columns": block.columns,
        }
    return arrays


def _unpack_entities(side: str, arrays: Arrays) -> Entities:
    features, prefix = {}, f"{side}/features/"
    for key in arrays:
        if key.startswith(prefix) and key.endswith("/kind"):
            block = key.removesuffix("/kind")
            matrix = sp.csr_array(
                tuple(arrays[f"{block}/{part}"] for part in CSR),
                shape=tuple(arrays[f"{block}/shape"].tolist()),
            )
            kind: Any = str(arrays[key])
            features[block.removeprefix(prefix)] = FeatureBlock(
                kind, matrix, arrays[f"{block}/columns"]
            )
    return Entities(arrays[f"{side}/ids"], arrays[f"{side}/titles"], features)


def _pack_interactions(name: str, part: Interactions) -> Named:
    for key in FIELDS:
        yield f"{name}/{key}", getattr(part, key).astype(DTYPES[key], copy=False)


def _unpack_interactions(name: str, arrays: Arrays) -> Interactions:
    return Interactions(*(arrays[f"{name}/{key}"] for key in FIELDS))


def _pack_held_out(name: str, part: HeldOut) -> Named:
    yield from _pack_interactions(name, part.interactions)
    yield f"{name}/negative", part.negative.astype(np.int64, copy=False)


def _unpack_held_out(name: str, arrays: Arrays) -> HeldOut:
    return HeldOut(_unpack_interactions(name, arrays), arrays[f"{name}/negative"])
