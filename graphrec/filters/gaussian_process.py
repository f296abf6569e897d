"""Conditioning a Gaussian process on all training ratings at once, by conjugate gradients."""

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

from graphrec.config.filters import ScaleParams
from graphrec.data.interactions import FloatArray, Interactions
from graphrec.filters.gaussian import invert
from graphrec.filters.time_kernel import TimeTerms

TOLERANCE = 3e-3
"""Length of the residual of the solution, as a share of the right-hand side's."""
MAX_ITERATIONS = 1_000
"""Tens are usual."""
BLOCK = 256
"""Users whose row of every item is held at a time."""


class TrainingCovariance:
    """C, the covariance of the n training ratings, noise included.

    Ratings of (u, i) and (u', i') share, K_u and K_i being the covariances of users and items,

        item [u = u'] K_i(i, i') + user K_u(u, u') [i = i'] + product K_u(u, u') K_i(i, i')

    by `scales`, and what `time` adds where u = u'; a rating has `noise_variance` of its own. C is
    never made: its product with x (n,) is that of tables with x at the training pairs, of which a
    block of users is held at a time. What is made is the block of each user's own ratings, whose
    inverses precondition C: the squares of the users' numbers of ratings, in memory.
    """

    def __init__(
        self,
        train: Interactions,
        user_covariance: FloatArray,
        item_covariance: FloatArray,
        scales: ScaleParams,
        noise_variance: float,
        time: TimeTerms | None = None,
        block: int = BLOCK,
    ) -> None:
        self.user, self.item, self.block = train.user, train.item, block
        self.user_covariance, self.item_covariance = user_covariance, item_covariance
        self.scales, self.noise_variance = scales, noise_variance
        self.order = np.lexsort((train.item, train.user))
        counts = np.bincount(train.user, minlength=len(user_covariance))
        self.offset = np.concatenate([[0], counts.cumsum()])
        self.of_time: list[FloatArray] = []
        self.inverses: list[FloatArray] = []
        # What a rating has to itself as far as its user's others can tell.
        alone = noise_variance + scales.user * user_covariance.diagonal()
        own = scales.item + scales.product * user_covariance.diagonal()
        for number, rows in enumerate(self._users()):
            entries = self.order[rows]
            items = item_covariance[np.ix_(train.item[entries], train.item[entries])]
            shared = own[number] * items
            if time is not None:
                stamps = train.timestamp[entries]
                self.of_time.append(time(stamps, stamps, items).astype(np.float32))
                shared += self.of_time[-1]
            shared[np.diag_indices_from(shared)] += alone[number]
            self.inverses.append(invert(shared.astype(np.float32)) if len(items) else items)

    def _users(self) -> Iterator[slice]:
        """Each user's ratings in `order`."""
        for start, stop in zip(self.offset[:-1], self.offset[1:], strict=True):
            yield slice(start, stop)

    def solve(self, y: FloatArray, tolerance: float = TOLERANCE) -> FloatArray:
        """C^-1 y for y (n,), in the order of the training ratings.

        Raises FloatingPointError where the iterations do not converge, as for NaN.
        """
        r = y[self.order].astype(np.float32)
        x, enough = np.zeros_like(r), tolerance * float(np.linalg.norm(r))
        z = self._precondition(r)
        p, rz, iterations = z, float(r @ z), 0
        while not float(np.linalg.norm(r)) <= enough:  # so that NaN goes on
            if iterations == MAX_ITERATIONS:
                raise FloatingPointError(
                    f"expected conjugate gradients to converge, got a residual of "
                    f"{float(np.linalg.norm(r)):.3g} after {iterations} iterations for {enough:.3g}"
                )
            product = self._times(p)
            step = np.float32(rz / float(p @ product))
            x, r = x + step * p, r - step * product
            z = self._precondition(r)
            before, rz = rz, float(r @ z)
            p = z + np.float32(rz / before) * p
            iterations += 1
        result = np.empty_like(x)
        result[self.order] = x
        return result

    def _precondition(self, r: FloatArray) -> FloatArray:
        blocks = zip(self._users(), self.inverses, strict=True)
        return np.concatenate([inverse @ r[rows] for rows, inverse in blocks])

    def _times(self, x: FloatArray) -> FloatArray:
        """C x, with x and the result in `order`."""
        item, count = self.item[self.order], np.diff(self.offset)
        table = sp.csr_array((x, item, self.offset), shape=(len(count), len(self.item_covariance)))
        result = np.float32(self.noise_variance) * x
        for start in range(0, len(count), self.block):
            users = slice(start, start + self.block)
            alike = self.user_covariance[users] @ table  # (block, items)
            by_items = np.float32(self.scales.product) * alike
            by_items += np.float32(self.scales.item) * table[users].toarray()
            shared = by_items @ self.item_covariance + np.float32(self.scales.user) * alike
            rows = slice(self.offset[start], self.offset[min(users.stop, len(count))])
            result[rows] += shared[np.repeat(np.arange(len(shared)), count[users]), item[rows]]
        for rows, block in zip(self._users(), self.of_time, strict=False):
            result[rows] += block @ x[rows]
        return result
