"""Data sets on disk: plain arrays, no pickles, the same bytes for the same data."""

from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graphrec.config.datasets import DatasetParams
from graphrec.config.files import whole
from graphrec.data.dataset import Dataset, Entities, FeatureBlock
from graphrec.data.interactions import FIELDS, HeldOut, Interactions

Arrays = dict[str, NDArray[Any]]
CSR = ("data", "indices", "indptr")


def save_dataset(path: Path, data: Dataset) -> None:
    """All that training and validation may see, as one .npz file."""
    arrays: Arrays = {"about": np.array(data.about.model_dump_json())}
    arrays |= _pack_entities("users", data.users) | _pack_entities("items", data.items)
    arrays |= _pack_interactions("train", data.train) | _pack_held_out("valid", data.valid)
    _save(path, arrays)


def load_dataset(path: Path) -> Dataset:
    arrays = _load(path)
    return Dataset(
        DatasetParams.model_validate_json(str(arrays["about"])),
        _unpack_entities("users", arrays),
        _unpack_entities("items", arrays),
        _unpack_interactions("train", arrays),
        _unpack_held_out("valid", arrays),
    )


def save_held_out(path: Path, held_out: HeldOut) -> None:
    _save(path, _pack_held_out("test", held_out))


def load_held_out(path: Path) -> HeldOut:
    return _unpack_held_out("test", _load(path))


def _save(path: Path, arrays: Arrays) -> None:
    with whole(path) as part:
        np.savez(part, allow_pickle=False, **arrays)


def _load(path: Path) -> Arrays:
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


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


def _pack_interactions(name: str, part: Interactions) -> Arrays:
    return {f"{name}/{key}": getattr(part, key) for key in FIELDS}


def _unpack_interactions(name: str, arrays: Arrays) -> Interactions:
    return Interactions(*(arrays[f"{name}/{key}"] for key in FIELDS))


def _pack_held_out(name: str, part: HeldOut) -> Arrays:
    return _pack_interactions(name, part.interactions) | {f"{name}/negative": part.negative}


def _unpack_held_out(name: str, arrays: Arrays) -> HeldOut:
    return HeldOut(_unpack_interactions(name, arrays), arrays[f"{name}/negative"])
