"""What held-out interactions are set against: items that their users have not interacted with."""

import numpy as np
import scipy.sparse as sp

from graphrec.data.errors import DataError
from graphrec.data.interactions import HeldOut, IntArray, Interactions

ROUNDS = 1000
"""Of swaps, after which what still clashes is drawn uniformly."""


def with_negatives(
    held: Interactions, user_items: sp.csr_array, explicit: bool, rng: np.random.Generator
) -> HeldOut:
    """`held` with a negative for each row that `user_items` (users, items) lacks.

    Of explicit ratings drawn uniformly; of events by shuffling the items that are held out, so that
    popularity cannot tell the two apart.
    """
    if explicit:
        return HeldOut(held, draw_negatives(held.user, user_items, rng))
    return HeldOut(held, shuffle_items(held, user_items, rng))


def draw_negatives(user: IntArray, user_items: sp.csr_array, rng: np.random.Generator) -> IntArray:
    """(n,) for each entry of `user` an item that its row of `user_items` lacks, drawn uniformly.

    Raises DataError for a user with every item.
    """
    num_items = user_items.shape[1]
    if np.diff(user_items.indptr)[user].max(initial=0) >= num_items:
        raise DataError(
            f"expected every user to leave an item out, got one with all {num_items}: leave that "
            "user out, or give more items"
        )
    item = rng.integers(num_items, size=len(user))
    while (clash := np.asarray(user_items[user, item]).ravel() > 0).any():
        item[clash] = rng.integers(num_items, size=int(clash.sum()))
    return item


def shuffle_items(
    held: Interactions, user_items: sp.csr_array, rng: np.random.Generator
) -> IntArray:
    """(n,) the items of `held` shuffled so that no pair with its user is in `user_items`.

    Users and items appear as often as in `held` itself, so popularity cannot tell the two apart.
    Clashing places swap with random others; what clashes after ROUNDS of that is drawn uniformly.
    """
    user, item = held.user, rng.permutation(held.item)
    changed: IntArray = np.arange(len(item))
    for _ in range(ROUNDS):
        clash = _clashing(changed, user, item, user_items)
        if len(clash) == 0:
            return item
        others = rng.integers(len(item), size=len(clash))
        for place, other in zip(clash, others, strict=True):
            item[[place, other]] = item[[other, place]]
        changed = np.unique(np.concatenate([clash, others]))
    clash = _clashing(changed, user, item, user_items)
    item[clash] = draw_negatives(user[clash], user_items, rng)
    return item


def _clashing(rows: IntArray, user: IntArray, item: IntArray, user_items: sp.csr_array) -> IntArray:
    """Those of `rows` whose pair is in `user_items`."""
    return rows[np.asarray(user_items[user[rows], item[rows]]).ravel() > 0]
