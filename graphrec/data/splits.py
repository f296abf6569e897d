"""Splits of timed interactions that are made here: random, last one out, global time."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from graphrec.data.interactions import HeldOut, Interactions, TrainingData

Mask = NDArray[np.bool_]
Split = Callable[[Interactions, float, np.random.Generator], Mask]
"""Interactions (n,), the share to hold out and a generator → which are held out (n,)."""


def random_split(every: Interactions, fraction: float, rng: np.random.Generator) -> Mask:
    """Uniformly at random."""
    return _first(rng.permutation(len(every)), fraction)


def last_one_out(every: Interactions, _: float, rng: np.random.Generator) -> Mask:
    """Each user's latest interaction, whatever the share.

    Sittings give many users several latest ones (MovieLens 100K: 415 of 943). The tie goes to the
    first of a random order of all interactions, drawn once from the seed: an order by item number
    would be one by popularity.
    """
    order = np.lexsort((rng.permutation(len(every)), -every.timestamp, every.user))
    held = np.zeros(len(every), bool)
    held[order[np.unique(every.user[order], return_index=True)[1]]] = True
    return held


def global_time(every: Interactions, fraction: float, rng: np.random.Generator) -> Mask:
    """The latest share of all interactions; a tie at the edge goes as in `last_one_out`."""
    return _first(np.lexsort((rng.permutation(len(every)), -every.timestamp)), fraction)


SPLITS: dict[str, Split] = {
    "random": random_split,
    "last-one-out": last_one_out,
    "global-time": global_time,
}


def _first(order: NDArray[np.int64], fraction: float) -> Mask:
    held = np.zeros(len(order), bool)
    held[order[: round(fraction * len(order))]] = True
    return held


def describe_test(data: TrainingData, test: HeldOut) -> dict[str, float]:
    """What the test part is like beside training: what is cold in it, and what lies in the past.

    `test_before_last_training` is the share of test interactions that are older than their user's
    latest training one: how far the split lets a model look back from the future.
    """
    held, train = test.interactions, data.train
    latest = np.full(data.num_users, np.iinfo(np.int64).min)
    np.maximum.at(latest, train.user, train.timestamp)
    return {
        "test_users": len(np.unique(held.user)),
        "cold_users_in_test": len(np.setdiff1d(held.user, train.user)),
        "cold_items_in_test": len(np.setdiff1d(held.item, train.item)),
        "test_before_last_training": float((held.timestamp < latest[held.user]).mean()),
    }
