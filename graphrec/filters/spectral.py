"""Leading singular vectors of the interactions."""

import numpy as np
import scipy.sparse as sp

from graphrec.data.interactions import FloatArray

POWER_ITERATIONS = 4


def singular_vectors(
    user_items: sp.csr_array, count: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    """The `count` leading ones of D_u^-1/2 R D_i^-1/2: (users, count) and (count, items).

    `user_items` is R (users, items); degrees D are numbers of its entries. Fewer come where R has
    fewer rows or columns. By random projections (Halko et al. 2011, arXiv 0909.4061), the same ones
    for the same seed.
    """
    from sklearn.utils.extmath import randomized_svd  # a second to import

    present = user_items.astype(bool)
    users, items = (np.maximum(present.sum(axis=axis), 1.0) ** -0.5 for axis in (1, 0))
    normalised = sp.csr_matrix(sp.diags_array(users) @ user_items @ sp.diags_array(items))
    left, _, right = randomized_svd(
        normalised.astype(np.float32),
        min(count, *normalised.shape),
        n_iter=POWER_ITERATIONS,
        random_state=seed,
    )
    return np.ascontiguousarray(left, np.float32), np.ascontiguousarray(right, np.float32)
