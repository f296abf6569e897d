"""The leak audit: evidence that nothing held out has reached training."""

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graphrec.data.interactions import Features, HeldOut, IntArray, Interactions, TrainingData


class LeakError(Exception):
    """Something held out is visible in training; the message says what and how often."""


def audit_split(
    data: TrainingData,
    test: HeldOut,
    num_published: int,
    rebuild: Callable[[Interactions], tuple[Features, Features]],
) -> dict[str, float]:
    """Check the split and count its parts.

    `rebuild` makes user and item features anew from training interactions alone, as if the files
    had never had the held-out ones. Raises LeakError if parts overlap, rows are missing, a
    negative is a training interaction, or a feature differs from the rebuilt one.
    """
    parts = {"train": data.train, "valid": data.valid.interactions, "test": test.interactions}
    keys = {name: pair_keys(part.user, part.item, data.num_items) for name, part in parts.items()}
    for first, second in (("train", "valid"), ("train", "test"), ("valid", "test")):
        _expect_none(np.isin(keys[first], keys[second]), f"{first} pairs that are in {second} too")
    _expect_none(
        np.ones(abs(num_published - sum(map(len, parts.values()))), bool),
        "published interactions that are in no part, or in several",
    )
    for name, held_out in (("valid", data.valid), ("test", test)):
        negative = pair_keys(held_out.interactions.user, held_out.negative, data.num_items)
        _expect_none(np.isin(negative, keys["train"]), f"{name} negatives that are training pairs")
        _expect_none(np.isin(negative, keys[name]), f"{name} negatives that are {name} pairs")
    rebuilt = rebuild(data.train)
    for side, kept, fresh in zip(
        ("user", "item"), (data.user_features, data.item_features), rebuilt, strict=True
    ):
        for name in sorted(kept.keys() | fresh.keys()):
            differing = _rows_that_differ(kept.get(name), fresh.get(name))
            _expect_none(differing, f"{side}s whose {name} feature knows more than training")
    return {f"{name}_interactions": len(part) for name, part in parts.items()}


def audit_graph(matrix: sp.csr_array, data: TrainingData, test: HeldOut) -> None:
    """Raise LeakError unless the entries of `matrix` (nodes, nodes) are training pairs, both ways.

    Users are the first nodes, items follow.
    """
    row, column = (part.astype(np.int64) for part in matrix.nonzero())
    forward = row < data.num_users
    _expect_none(forward == (column < data.num_users), "edges between two users or two items")
    users = np.where(forward, row, column)
    edge_keys = pair_keys(users, row + column - users - data.num_users, data.num_items)
    train_keys = pair_keys(data.train.user, data.train.item, data.num_items)
    for name, part in (("valid", data.valid), ("test", test)):
        held = pair_keys(part.interactions.user, part.interactions.item, data.num_items)
        _expect_none(np.isin(edge_keys, held), f"edges of the graph that are {name} pairs")
    _expect_none(~np.isin(edge_keys, train_keys), "edges of the graph that are no training pairs")
    for way, keys in (("from", edge_keys[forward]), ("to", edge_keys[~forward])):
        _expect_none(~np.isin(train_keys, keys), f"training pairs without an edge {way} the user")


def pair_keys(user: IntArray, item: IntArray, num_items: int) -> IntArray:
    """(n,) one number for each pair."""
    return user * num_items + item


def _rows_that_differ(kept: sp.csr_array | None, fresh: sp.csr_array | None) -> NDArray[np.bool_]:
    """Which rows of two blocks differ; all of them where one is missing or of another shape."""
    if kept is None or fresh is None or kept.shape != fresh.shape:
        return np.ones(max(0 if block is None else block.shape[0] for block in (kept, fresh)), bool)
    # A NaN is no difference of zero either.
    same: NDArray[np.bool_] = np.asarray(abs(kept - fresh).sum(axis=1)).ravel() == 0
    return ~same


def _expect_none(marked: NDArray[np.bool_], what: str) -> None:
    if marked.any():
        raise LeakError(f"expected no {what}, got {int(marked.sum())}: the split is not clean")
