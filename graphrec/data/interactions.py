"""Users' interactions with items, and all that a model may learn from: plain arrays."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float32]
Features = dict[str, sp.csr_array]
"""Named blocks of side information, each (nodes, columns)."""


@dataclass(frozen=True)
class Interactions:
    """n observed pairs of a user and an item."""

    user: IntArray
    """(n,) user numbers, from 0."""
    item: IntArray
    """(n,) item numbers, from 0."""
    rating: FloatArray
    """(n,) the explicit rating, or 1 for an implicit event."""
    timestamp: IntArray
    """(n,) seconds since 1970, 0 where the data set has no times."""

    def __len__(self) -> int:
        return len(self.user)

    def __getitem__(self, rows: NDArray[np.generic]) -> "Interactions":
        return Interactions(
            self.user[rows], self.item[rows], self.rating[rows], self.timestamp[rows]
        )

    def matrix(self, num_users: int, num_items: int, binary: bool = True) -> sp.csr_array:
        """(num_users, num_items) matrix of the pairs: ones, or the ratings."""
        values = np.ones(len(self), np.float32) if binary else self.rating
        return sp.csr_array((values, (self.user, self.item)), shape=(num_users, num_items))

    @staticmethod
    def concatenate(parts: "list[Interactions]") -> "Interactions":
        return Interactions(
            *(np.concatenate([getattr(part, name) for part in parts]) for name in FIELDS)
        )


FIELDS = ("user", "item", "rating", "timestamp")


@dataclass(frozen=True)
class HeldOut:
    """Interactions kept out of training, each with an item to set it against."""

    interactions: Interactions
    negative: IntArray
    """(n,) for each interaction an item that its user has no known interaction with."""

    def __len__(self) -> int:
        return len(self.interactions)


@dataclass(frozen=True)
class TrainingData:
    """What training and validation may see of a data set. The test part is a file of its own."""

    num_users: int
    num_items: int
    train: Interactions
    valid: HeldOut
    user_features: Features = field(default_factory=dict)
    item_features: Features = field(default_factory=dict)
    item_names: NDArray[np.str_] = field(default_factory=lambda: np.zeros(0, np.str_))


class Prepared(NamedTuple):
    """A data set as preprocessing hands it to the leak audit."""

    data: TrainingData
    test: HeldOut
    num_published: int
    """Interactions that the published files hold."""
    rebuild: Callable[[Interactions], tuple[Features, Features]]
    """User and item features made anew from these training interactions alone."""


def save_training_data(path: Path, data: TrainingData) -> None:
    arrays: dict[str, NDArray[np.generic]] = {
        "shape": np.array([data.num_users, data.num_items]),
        "item_names": data.item_names,
    }
    arrays |= _pack_interactions("train", data.train)
    arrays |= _pack_held_out("valid", data.valid)
    for side, features in (("user", data.user_features), ("item", data.item_features)):
        for name, block in features.items():
            key = f"{side}_features/{name}"
            arrays |= {f"{key}/data": block.data, f"{key}/indices": block.indices}
            arrays |= {f"{key}/indptr": block.indptr, f"{key}/shape": np.array(block.shape)}
    np.savez(path, allow_pickle=False, **arrays)


def load_training_data(path: Path) -> TrainingData:
    with np.load(path, allow_pickle=False) as arrays:
        num_users, num_items = arrays["shape"].tolist()
        features: dict[str, Features] = {"user_features": {}, "item_features": {}}
        for key in arrays.files:
            side, _, rest = key.partition("/")
            if rest.endswith("/data"):
                name = rest.removesuffix("/data")
                parts = tuple(arrays[f"{side}/{name}/{part}"] for part in _CSR)
                shape = tuple(arrays[f"{side}/{name}/shape"].tolist())
                features[side][name] = sp.csr_array(parts, shape=shape)
        return TrainingData(
            num_users=num_users,
            num_items=num_items,
            train=_unpack_interactions("train", arrays),
            valid=_unpack_held_out("valid", arrays),
            item_names=arrays["item_names"],
            **features,
        )


def save_held_out(path: Path, held_out: HeldOut) -> None:
    np.savez(path, allow_pickle=False, **_pack_held_out("test", held_out))


def load_held_out(path: Path) -> HeldOut:
    with np.load(path, allow_pickle=False) as arrays:
        return _unpack_held_out("test", arrays)


def save_filters(path: Path, filters: dict[str, FloatArray]) -> None:
    np.savez(path, allow_pickle=False, **filters)


def load_filters(path: Path) -> dict[str, FloatArray]:
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


_CSR = ("data", "indices", "indptr")


def _pack_interactions(name: str, part: Interactions) -> dict[str, NDArray[np.generic]]:
    return {f"{name}/{key}": getattr(part, key) for key in FIELDS}


def _pack_held_out(name: str, part: HeldOut) -> dict[str, NDArray[np.generic]]:
    return _pack_interactions(name, part.interactions) | {f"{name}/negative": part.negative}


def _unpack_interactions(name: str, arrays: "np.lib.npyio.NpzFile") -> Interactions:
    return Interactions(*(arrays[f"{name}/{key}"] for key in FIELDS))


def _unpack_held_out(name: str, arrays: "np.lib.npyio.NpzFile") -> HeldOut:
    return HeldOut(_unpack_interactions(name, arrays), arrays[f"{name}/negative"])
