"""Ratings as one Gaussian process over the graph: what NGCF_Final's rating network adds to."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from graphrec.config.filters import RatingFilterParams
from graphrec.data.dataset import Dataset
from graphrec.filters.covariances import fit_covariances
from graphrec.filters.gaussian_process import BLOCK, TrainingCovariance
from graphrec.filters.time_kernel import TimeTerms

MOST_ENTITIES = 6_000
"""Users or items up to which a dense covariance of them is learned."""


class RatingFilter(nn.Module):
    """A rating is mean + f(u, i) + noise; f(u, i) and f(u', i') have the covariance

        item [u = u'] K_i(i, i') + user K_u(u, u') [i = i'] + product K_u(u, u') K_i(i, i')

    with `scales` = (item, user, product). The prediction is the expectation of mean + f given all
    training ratings y: with `dual` = C^-1 (y - mean), C as in `TrainingCovariance`, and X the table
    (users, items) that holds `dual` at the training pairs,

        mean + item X K_i + user K_u X + product K_u X K_i.

    All that it knows lies in buffers: nothing has users × items numbers, and `state_dict` is enough
    to make it again. The combination of kernels is that of Bonilla et al. 2007 (multi-task Gaussian
    processes), added to a kernel of each side.
    """

    def __init__(
        self,
        user_covariance: Tensor,
        item_covariance: Tensor,
        user: Tensor,
        item: Tensor,
        dual: Tensor,
        mean: Tensor,
        scales: Tensor,
        noise_variance: Tensor,
    ) -> None:
        """Covariances (users, users) and (items, items); of the training ratings user, item and
        dual (n,); scales (3,); the others have no dimension."""
        super().__init__()
        self.user_covariance: Tensor
        self.item_covariance: Tensor
        self.user: Tensor
        self.item: Tensor
        self.dual: Tensor
        self.mean: Tensor
        self.scales: Tensor
        self.noise_variance: Tensor
        self.register_buffer("user_covariance", user_covariance)
        self.register_buffer("item_covariance", item_covariance)
        self.register_buffer("user", user)
        self.register_buffer("item", item)
        self.register_buffer("dual", dual)
        self.register_buffer("mean", mean)
        self.register_buffer("scales", scales)
        self.register_buffer("noise_variance", noise_variance)
        # The ratings in the order of their items, and where each item's start: sorting 80,000 of
        # them at every question took longer than all sums.
        by_item = torch.argsort(item, stable=True)
        numbers = torch.arange(len(item_covariance), device=item.device)
        self.user_by_item: Tensor
        self.dual_by_item: Tensor
        self.offset: Tensor
        self.register_buffer("user_by_item", user[by_item], persistent=False)
        self.register_buffer("dual_by_item", dual[by_item], persistent=False)
        self.register_buffer("offset", torch.searchsorted(item[by_item], numbers), persistent=False)

    @classmethod
    def from_state(cls, state: Mapping[str, Tensor]) -> "RatingFilter":
        """The filter whose `state_dict` this is."""
        return cls(**state)

    def forward(self, user: Tensor) -> Tensor:
        """Users of the training data (n,) → a rating for every item (n, items)."""
        numbers = torch.arange(len(self.user_covariance), device=user.device)
        itself = (numbers[:, None] == user).to(self.dual.dtype)
        similar = self.user_covariance[:, user]
        return self._expected(self._spread(itself), self._spread(similar))

    def predict(self, user: Tensor, item: Tensor) -> Tensor:
        """Users and items (n,) → a rating for each pair (n,)."""
        distinct, row = user.unique(return_inverse=True)
        result = self.dual.new_empty(len(user))
        for start in range(0, len(distinct), BLOCK):
            pairs = (row >= start) & (row < start + BLOCK)
            ratings = self(distinct[start : start + BLOCK])
            result[pairs] = ratings[row[pairs] - start, item[pairs]]
        return result

    def fold_in(self, item: Tensor, rating: Tensor) -> Tensor:
        """A new user's items and their ratings (n,) → a rating for every item (items,).

        Before their own ratings a new user is the mean of the known ones; with them, whatever K_i
        tells of the difference. Without any the mean remains.
        """
        expected, _ = self._of_new_users
        cross, factor, residual = self._conditions(item, rating)
        result: Tensor = expected + (cross @ torch.cholesky_solve(residual, factor))[:, 0]
        return result

    def losses(self, item: Tensor, rating: Tensor, target: int) -> Tensor:
        """How far the rating of the item `target` in `fold_in` falls without each of these (n,).

        In closed form: without entry j, C^-1 y loses (C^-1)_j (C^-1 y)_j / (C^-1)_jj.
        """
        cross, factor, residual = self._conditions(item, rating)
        inverse = torch.cholesky_inverse(factor)
        result: Tensor = (cross[target] @ inverse) * (inverse @ residual)[:, 0] / inverse.diagonal()
        return result

    def _conditions(self, item: Tensor, rating: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """A new user's covariances with all items (items, n), the factor of those of the ratings
        (n, n), and the ratings above what was expected (n, 1)."""
        by_item, by_user, product = self.scales
        expected, apart = self._of_new_users
        cross = (by_item + product * apart) * self.item_covariance[:, item]
        covariance = cross[item].clone()
        covariance.diagonal().add_(self.noise_variance + by_user * apart)
        return cross, torch.linalg.cholesky(covariance), (rating - expected[item])[:, None]

    @cached_property
    def _of_new_users(self) -> tuple[Tensor, Tensor]:
        """Expected ratings (items,), and the variance of a user about the mean of all."""
        mean_user = self.user_covariance.mean(dim=0)
        similar = self._spread(mean_user[:, None])
        expected = self._expected(torch.zeros_like(similar), similar)[0]
        return expected, self.user_covariance.diagonal().mean() - mean_user.mean()

    def _spread(self, weight: Tensor) -> Tensor:
        """Weights of the training users (users, n) → weight' X (n, items)."""
        bags: tuple[Tensor, ...] = torch.embedding_bag(
            weight,
            self.user_by_item,
            self.offset,
            mode=0,
            per_sample_weights=self.dual_by_item,
        )
        return bags[0].T

    def _expected(self, own: Tensor, similar: Tensor) -> Tensor:
        """Rows of X and of K_u X → ratings, (n, items) each."""
        by_item, by_user, product = self.scales
        by_items = (by_item * own + product * similar) @ self.item_covariance
        result: Tensor = self.mean + by_items + by_user * similar
        return result


def fit_rating_filter(
    data: Dataset, options: RatingFilterParams, layers: int = 2, time: TimeTerms | None = None
) -> RatingFilter:
    """The filter given the training ratings; its prior looks `layers` deep into their graph.

    With `time` the times of two ratings explain a part of what they share, and the predictions are
    those for a time far from all. Raises ValueError for more than MOST_ENTITIES users or items.
    """
    if max(data.num_users, data.num_items) > MOST_ENTITIES:
        raise ValueError(
            f"expected at most {MOST_ENTITIES:,} users and items for dense covariances of their "
            f"ratings, got {data.num_users:,} and {data.num_items:,}: do without the rating filter"
        )
    train, scales = data.train, options.scales
    mean = train.rating.mean(dtype=np.float64)
    # Thousands of small inverses: a second thread would wait more than work, and the result would
    # depend on how many there are.
    with threadpool_limits(1, "blas"):
        users, items = fit_covariances(data, options, layers)
        prior = TrainingCovariance(train, users, items, scales, options.noise_variance, time)
        dual = prior.solve((train.rating - mean).astype(np.float32))
    return RatingFilter(
        torch.from_numpy(users),
        torch.from_numpy(items),
        torch.from_numpy(train.user),
        torch.from_numpy(train.item),
        torch.from_numpy(dual),
        torch.tensor(float(mean)),
        torch.tensor([scales.item, scales.user, scales.product]),
        torch.tensor(options.noise_variance),
    )
