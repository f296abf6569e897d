"""Leading singular vectors against NumPy's."""

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec.filters.spectral import singular_vectors

SEED = 11


def random_interactions(users: int, items: int) -> sp.csr_array:
    """With a user and an item that have none; entries of any size above 0."""
    rng = np.random.default_rng(users)
    entries = rng.uniform(0.5, 2, (users, items)) * (rng.random((users, items)) < 0.3)
    entries[0], entries[:, 0] = 0, 0
    return sp.csr_array(entries.astype(np.float32))


def normalised(user_items: sp.csr_array) -> np.ndarray:
    dense = user_items.toarray().astype(float)
    users, items = (np.maximum((dense > 0).sum(axis=axis), 1) ** -0.5 for axis in (1, 0))
    return users[:, None] * dense * items


@pytest.mark.parametrize(("users", "items"), [(40, 25), (25, 40)])
def test_vectors_are_numpy_s_up_to_their_sign(users, items):
    user_items, count = random_interactions(users, items), 6
    left, right = singular_vectors(user_items, count, SEED)
    assert (left.shape, right.shape) == ((users, count), (count, items))
    assert (left.dtype, right.dtype) == (np.float32, np.float32)
    first, _, second = np.linalg.svd(normalised(user_items))
    signs = np.sign((right * second[:count]).sum(axis=1))
    np.testing.assert_allclose(right * signs[:, None], second[:count], atol=1e-2)
    np.testing.assert_allclose(left * signs, first[:, :count], atol=1e-2)


@pytest.mark.parametrize(("users", "items"), [(4, 20), (20, 4)])
def test_there_are_no_more_vectors_than_rows_or_columns(users, items):
    user_items = random_interactions(users, items)
    left, right = singular_vectors(user_items, 512, SEED)
    assert (left.shape, right.shape) == ((users, 4), (4, items))
    spectrum = left.T @ normalised(user_items) @ right.T
    np.testing.assert_allclose(left @ spectrum @ right, normalised(user_items), atol=1e-5)


def test_the_same_seed_gives_the_same_bytes():
    user_items = random_interactions(40, 25)
    first, second = (singular_vectors(user_items, 6, SEED) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_who_has_no_interaction_has_zeros():
    left, right = singular_vectors(random_interactions(40, 25), 6, SEED)
    np.testing.assert_allclose(left[0], 0, atol=1e-6)
    np.testing.assert_allclose(right[:, 0], 0, atol=1e-6)
