"""The leak audit: evidence that nothing held out has reached training."""

import numpy as np
import pandas as pd
import scipy.sparse as sp

from graphrec.data.checks import pair_keys
from graphrec.data.dataset import Dataset, Entities
from graphrec.data.errors import DataError
from graphrec.data.interactions import HeldOut, IntArray, Mask


class LeakError(DataError):
    """Something held out is visible in training; the message says what and how often."""


def audit_split(
    data: Dataset, test: HeldOut, num_read: int, users: Entities, items: Entities
) -> dict[str, float]:
    """Check the split against what the reader gave, `num_read` rows in all, and count its parts.

    Raises LeakError if parts overlap, rows are missing, a negative is a training interaction, or
    side information is other than the reader's: it comes from tables of users and items, and what
    is made of interactions is made of training ones, where it is used.
    """
    parts = {"train": data.train, "valid": data.valid.interactions, "test": test.interactions}
    keys = {name: pair_keys(part.user, part.item, data.num_items) for name, part in parts.items()}
    for first, second in (("train", "valid"), ("train", "test"), ("valid", "test")):
        _expect_none(among(keys[first], keys[second]), f"{first} pairs that are in {second} too")
    _expect_none(
        np.ones(abs(num_read - sum(map(len, parts.values()))), bool),
        "interactions that are in no part, or in several",
    )
    for name, held_out in (("valid", data.valid), ("test", test)):
        negative = pair_keys(held_out.interactions.user, held_out.negative, data.num_items)
        _expect_none(among(negative, keys["train"]), f"{name} negatives that are training pairs")
        _expect_none(among(negative, keys[name]), f"{name} negatives that are {name} pairs")
    _audit_features("user", data.users, users)
    _audit_features("item", data.items, items)
    return {f"{name}_interactions": len(part) for name, part in parts.items()}


def _audit_features(side: str, entities: Entities, published: Entities) -> None:
    for name in sorted(entities.features.keys() | published.features.keys()):
        blocks = (entities.features.get(name), published.features.get(name))
        matrices = [None if block is None else block.matrix for block in blocks]
        _expect_none(
            _rows_that_differ(*matrices), f"{side}s whose {name} feature differs from the files'"
        )


def among(keys: IntArray, others: IntArray) -> Mask:
    """(n,) which of `keys` (n,) are among `others`; a hash table is made of the fewer alone."""
    if len(others) > len(keys):
        others = others[pd.Series(others).isin(keys)]
    mask: Mask = pd.Series(keys).isin(others).to_numpy()
    return mask


def _rows_that_differ(block: sp.csr_array | None, published: sp.csr_array | None) -> Mask:
    """Which rows of two blocks differ; all of them where one is missing or of another shape."""
    if block is None or published is None or block.shape != published.shape:
        return np.ones(max(0 if b is None else b.shape[0] for b in (block, published)), bool)
    # A NaN is no difference of zero either.
    same: Mask = np.asarray(abs(block - published).sum(axis=1)).ravel() == 0
    return ~same


def _expect_none(marked: Mask, what: str) -> None:
    if marked.any():
        raise LeakError(f"expected no {what}, got {int(marked.sum())}: the split is not clean")
