"""Which interactions are held out, by the strategies that are made here."""

from collections.abc import Callable

import numpy as np

from graphrec.data.dataset import Dataset
from graphrec.data.interactions import HeldOut, IntArray, Interactions, Mask

Split = Callable[[Interactions, float, np.random.Generator], Mask]
"""Interactions (n,), the share to hold out and a generator → which are held out (n,)."""


def random(every: Interactions, fraction: float, rng: np.random.Generator) -> Mask:
    """Uniformly at random."""
    held = np.zeros(len(every), bool)
    held[rng.permutation(len(every))[: round(fraction * len(every))]] = True
    return held


def random_per_user(every: Interactions, fraction: float, rng: np.random.Generator) -> Mask:
    """A share of each user's, at random and rounded; never a user's only one."""
    order = np.lexsort((rng.permutation(len(every)).astype(np.uint32), every.user))
    count = np.bincount(every.user)
    share = np.minimum(np.rint(fraction * count).astype(np.int64), np.maximum(count - 1, 0))
    # Of each user's in that order the first.
    first = np.tile([True, False], len(count))
    held = np.zeros(len(every), bool)
    held[order] = np.repeat(first, np.column_stack([share, count - share]).ravel())
    return held


def leave_one_out(every: Interactions, _: float, rng: np.random.Generator) -> Mask:
    """Each user's latest interaction, whatever the share; never a user's only one.

    Users who rate in sittings often have several latest ones. The tie goes to the first of a random
    order of all interactions, drawn once from the seed: an order by item number would be one by
    popularity.
    """
    latest = np.full(int(every.user.max(initial=-1)) + 1, np.iinfo(np.int64).min)
    np.maximum.at(latest, every.user, every.timestamp)
    several = np.bincount(every.user) > 1
    last = np.flatnonzero((every.timestamp == latest[every.user]) & several[every.user])
    place = rng.permutation(len(every))[last]
    last = last[np.lexsort((place, every.user[last]))]
    held = np.zeros(len(every), bool)
    held[last[np.unique(every.user[last], return_index=True)[1]]] = True
    return held


def temporal(every: Interactions, fraction: float, rng: np.random.Generator) -> Mask:
    """The latest share of all interactions; a tie at the edge goes as in `leave_one_out`."""
    size = round(fraction * len(every))
    edge = np.partition(every.timestamp, -size)[-size] if size else np.iinfo(np.int64).max
    held: Mask = every.timestamp > edge
    ties = np.flatnonzero(every.timestamp == edge)
    place = rng.permutation(len(every))[ties]
    held[ties[np.argsort(place)[: size - held.sum()]]] = True
    return held


SPLITS: dict[str, Split] = {
    "random": random,
    "random_per_user": random_per_user,
    "leave_one_out": leave_one_out,
    "temporal": temporal,
}


def one_per_item(every: Interactions, rng: np.random.Generator) -> tuple[Mask, Mask]:
    """Which validate and which test, both (n,): at most one of an item in all, half of them each.

    Only where its user keeps another. Where most items have equally many users, what an item lacks
    in training would otherwise tell how many of it are held out.
    """
    left = np.bincount(every.user)
    held = np.zeros(len(every), bool)
    taken = np.zeros(int(every.item.max(initial=-1)) + 1, bool)
    for row in rng.permutation(len(every)):
        user, item = every.user[row], every.item[row]
        if not taken[item] and left[user] > 1:
            taken[item] = held[row] = True
            left[user] -= 1
    halves = np.array_split(rng.permutation(np.flatnonzero(held)), 2)
    valid, test = (np.isin(np.arange(len(every)), half) for half in halves)
    return valid, test


def _num_cold(held: IntArray, train: IntArray, size: int) -> int:
    """How many of the numbers below `size` are in `held` and not in `train`."""
    cold = np.zeros(size, bool)
    cold[held] = True
    cold[train] = False
    return int(cold.sum())


def describe_test(data: Dataset, test: HeldOut) -> dict[str, float]:
    """What the test part is like beside training: what is cold in it, and what lies in the past.

    `test_before_last_training` is the share of test interactions that are older than their user's
    latest training one: how far the split lets a model look back from the future.
    """
    held, train = test.interactions, data.train
    latest = np.full(data.num_users, np.iinfo(np.int64).min)
    np.maximum.at(latest, train.user, train.timestamp)
    return {
        "test_users": len(np.unique(held.user)),
        "cold_users_in_test": _num_cold(held.user, train.user, data.num_users),
        "cold_items_in_test": _num_cold(held.item, train.item, data.num_items),
        "test_before_last_training": float((held.timestamp < latest[held.user]).mean()),
    }
