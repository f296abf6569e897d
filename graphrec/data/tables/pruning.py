"""Which users and items stay: those with enough interactions, and users who lack some item."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphrec.data.errors import DataError
from graphrec.data.interactions import IntArray, Interactions

Mask = NDArray[np.bool_]


class Pairs(NamedTuple):
    """Interactions without their ratings and times, so that selections cost less memory."""

    user: IntArray
    """(n,)"""
    item: IntArray
    """(n,)"""


@dataclass(frozen=True)
class Remaining:
    """Who stays."""

    users: Mask
    """(users,)"""
    items: Mask
    """(items,)"""

    def of(self, rows: Interactions | Pairs) -> Mask:
        """(n,) the rows whose user and item both stay."""
        return self.users[rows.user] & self.items[rows.item]

    def select(self, rows: Interactions) -> Interactions:
        """Those rows; without a copy where that is all of them."""
        mask = self.of(rows)
        return rows if mask.all() else rows[mask]


def prune(
    train: Interactions,
    held_out: Sequence[Interactions],
    sizes: tuple[int, int],
    minimum: tuple[int, int],
    left_out: Counter[str],
) -> Remaining:
    """The k-core of `train`, without the users for whom no negative item could be drawn.

    A user or item with fewer than `minimum` training rows goes, with all rows, until none is left
    that has fewer; then users go who have every remaining item, training and `held_out` rows taken
    together; and again. Those in `held_out` alone stay if the minimum is 1: they are cold. `sizes`
    are the numbers of users and items. Raises DataError where no training row is left.
    """
    pairs = Pairs(train.user, train.item)
    at_first = [np.bincount(numbers, minlength=size) for numbers, size in _sides(pairs, sizes)]
    cold = [(count == 0) & (least == 1) for count, least in zip(at_first, minimum, strict=True)]
    every = pairs
    if held_out:
        both = zip(*((rows.user, rows.item) for rows in (train, *held_out)), strict=True)
        every = Pairs(*map(np.concatenate, both))
    users, items = (np.ones(size, bool) for size in sizes)
    remaining = Remaining(users, items)
    while True:
        pairs = _k_core(pairs, remaining, cold, minimum, left_out)
        every = _select(every, remaining) if held_out else pairs
        # Cold ones whose rows have all gone with the other side go too.
        occurring = [np.bincount(n, minlength=size) > 0 for n, size in _sides(every, sizes)]
        for which, mask, occurs in zip(("users", "items"), (users, items), occurring, strict=True):
            left_out[f"cold {which} whose interactions were all left out"] += int(
                (mask & ~occurs).sum()
            )
            mask &= occurs
        full = users & (np.bincount(every.user, minlength=sizes[0]) >= items.sum())
        left_out["users who have every item"] += int(full.sum())
        users &= ~full
        pairs = _select(pairs, remaining)
        if not len(pairs.user):
            raise DataError(
                "expected interactions that train, got none after leaving out "
                + ", ".join(f"{number} {what}" for what, number in left_out.items() if number)
                + ": lower min_user_interactions or min_item_interactions, or bring more data"
            )
        if not full.any():
            return remaining


def _k_core(
    train: Pairs,
    remaining: Remaining,
    cold: list[Mask],
    minimum: tuple[int, int],
    left_out: Counter[str],
) -> Pairs:
    """The training pairs that stay; takes from `remaining` in place."""
    masks = (remaining.users, remaining.items)
    while True:
        num_before = sum(int(mask.sum()) for mask in masks)
        for side, (which, mask) in enumerate(zip(("users", "items"), masks, strict=True)):
            numbers = (train.user, train.item)[side]
            few = np.bincount(numbers, minlength=len(mask)) < minimum[side]
            few &= mask & ~cold[side]
            left_out[f"{which} with fewer than {minimum[side]} training interactions"] += int(
                few.sum()
            )
            mask &= ~few
            train = _select(train, remaining)
        if sum(int(mask.sum()) for mask in masks) == num_before:
            return train


def _select(pairs: Pairs, remaining: Remaining) -> Pairs:
    mask = remaining.of(pairs)
    return pairs if mask.all() else Pairs(pairs.user[mask], pairs.item[mask])


def _sides(rows: Pairs, sizes: tuple[int, int]) -> list[tuple[NDArray[np.int64], int]]:
    return [(rows.user, sizes[0]), (rows.item, sizes[1])]
