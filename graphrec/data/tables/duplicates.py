"""Several rows of one user and one item: within a file, and across files."""

from collections import Counter
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphrec.config.datasets import Duplicates
from graphrec.data.checks import pair_keys
from graphrec.data.dataset import Strings
from graphrec.data.errors import DataError
from graphrec.data.interactions import Interactions


def resolve_duplicates(
    rows: Interactions,
    policy: Duplicates,
    name: str,
    ids: tuple[Strings, Strings],
    left_out: Counter[str],
) -> Interactions:
    """One row for each pair, in the order of the file; the others are left out, and counted.

    `last` and `count` take the last row in time, `max` the one of the highest rating and of these
    the last in time; a tie goes to the row further down. Events have rating 1 however often they
    occur. Raises DataError under `error`. `ids` are those of users and of items.
    """
    pair = pair_keys(rows.user, rows.item, len(ids[1]))
    pair.sort()
    repeated = np.unique(pair[1:][pair[1:] == pair[:-1]])
    if not len(repeated):
        return rows
    del pair  # the sorted ones are not held beside those in the order of the file
    pair = pair_keys(rows.user, rows.item, len(ids[1]))
    among = np.flatnonzero(pd.Series(pair).isin(repeated).to_numpy())
    pair = pair[among]
    if policy == "error":
        user, item = (
            str(names[number[among[0]]])
            for names, number in zip(ids, (rows.user, rows.item), strict=True)
        )
        raise DataError(
            f"{name}: expected one row for a user and an item, got {len(among)} rows for "
            f"{len(repeated)} pairs, first {user!r} and {item!r}: set `duplicates` to last, max or "
            "count"
        )
    rating = rows.rating[among] if policy == "max" else np.ones(len(among), np.float32)
    # Stable: of equal rows the one further down comes last.
    order = np.lexsort((rows.timestamp[among], rating, pair))
    among, pair = among[order], pair[order]
    last = np.append(pair[1:] != pair[:-1], True)
    selected = np.ones(len(rows), bool)
    selected[among[~last]] = False
    left_out[f"rows of {name} that repeat a pair"] += int((~selected).sum())
    return rows[selected]


def check_disjoint(named: dict[str, Interactions], ids: tuple[Strings, Strings]) -> None:
    """Raises DataError where two files have a pair in common."""
    num_items = len(ids[1])
    if len(named) == 1:
        return
    keys = {name: pair_keys(rows.user, rows.item, num_items) for name, rows in named.items()}
    for (one, first), (other, second) in combinations(keys.items(), 2):
        common: NDArray[np.int64] = np.intersect1d(first, second, assume_unique=True)
        if len(common):
            user = str(ids[0][common[0] // num_items])
            item = str(ids[1][common[0] % num_items])
            raise DataError(
                f"expected each pair in one file, got {len(common)} in both {one} and {other}, "
                f"first {user!r} and {item!r}: delete them from one of the files"
            )
