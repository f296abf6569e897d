"""Closed-form scores of items: each a function of a user's row alone, a new user's too."""

from typing import ClassVar

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor, nn

from graphrec.data.features import unit_rows
from graphrec.data.interactions import FloatArray
from graphrec.graph.kernels import kernels_for
from graphrec.graph.sparse import SparseBuffer


class ItemFilter(nn.Module):
    """Users' rows (n, items), CSR, entries above 0 → how near every item is to them (n, items).

    All that a filter knows is in its buffers; those that are saved have the names of its
    constructor's arguments. Scores below 0 mean no more than 0.
    """

    SPARSE: ClassVar[tuple[str, ...]] = ()
    """Which of the buffers are sparse matrices."""

    def forward(self, rows: sp.csr_array) -> Tensor:
        raise NotImplementedError

    def contributions(self, row: sp.csr_array, item: int) -> FloatArray:
        """What each entry of a row (1, items) adds to the score of `item`: (entries,)."""
        raise NotImplementedError


class CoOccurrence(ItemFilter):
    """rows @ weight, for items few enough that a dense weight (items, items) is held."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.weight: Tensor

    def forward(self, rows: sp.csr_array) -> Tensor:
        return torch.from_numpy(rows @ self.weight.numpy())

    def contributions(self, row: sp.csr_array, item: int) -> FloatArray:
        result: FloatArray = row.data * self.weight[row.indices, item].numpy()
        return result


class Walk(ItemFilter):
    """Two hops further: rows D_i^-a R' D_u^-b R D_i^-c, with R the training interactions.

    Degrees D are numbers of interactions. With a = c = 1/2 and b = 1 it is two layers of LightGCN
    that start at one-hot items; exponents of their own say how much a busy item or user is worth.
    """

    SPARSE = ("user_items",)

    def __init__(self, user_items: SparseBuffer, exponents: Tensor) -> None:
        super().__init__()
        self.user_items = user_items
        self.register_buffer("exponents", exponents)
        self.exponents: Tensor
        matrix = user_items.scipy()
        self.back = SparseBuffer.of(sp.csr_array(matrix.T))
        first, second, third = exponents.tolist()
        present = matrix.astype(bool)
        users, items = (np.maximum(present.sum(axis=axis), 1.0) for axis in (1, 0))
        self.from_items: Tensor
        self.to_users: Tensor
        self.to_items: Tensor
        for name, degree, power in (
            ("from_items", items, first),
            ("to_users", users, second),
            ("to_items", items, third),
        ):
            factor = torch.from_numpy((degree**-power).astype(np.float32)[:, None])
            self.register_buffer(name, factor, persistent=False)

    def forward(self, rows: sp.csr_array) -> Tensor:
        # In single precision, also where all else is in double, for a third of the time: each sum
        # is taken entry by entry, and so is the same whoever else is asked for. In place, since
        # (users, n) may be most of the memory that a ranking needs.
        first, second, third = (x.float() for x in (self.from_items, self.to_users, self.to_items))
        x = torch.from_numpy(np.ascontiguousarray(rows.toarray().T, np.float32)).mul_(first)
        product = kernels_for(x).product
        x = product(self.user_items.tensor(), x).mul_(second)  # (users, n)
        scores: Tensor = product(self.back.tensor(), x).mul_(third)
        return scores.T.to(self.to_items.dtype)

    def contributions(self, row: sp.csr_array, item: int) -> FloatArray:
        back = self.back.scipy()[[item]] @ sp.diags_array(self.to_users[:, 0].numpy())
        walks = (back @ self.user_items.scipy()[:, row.indices]).toarray()[0]
        scale = self.from_items[row.indices, 0].numpy() * float(self.to_items[item])
        result: FloatArray = row.data * scale * walks
        return result


class LowPass(ItemFilter):
    """The part of a row that the leading singular vectors span: rows D^-1/2 V' V D^1/2.

    V (vectors, items) are those of the interactions normalised by both degrees, D (items,) the
    items' degrees: the ideal low-pass filter of GF-CF (Shen et al. 2021, arXiv 2108.07567).
    """

    def __init__(self, vectors: Tensor, degree: Tensor) -> None:
        super().__init__()
        self.register_buffer("vectors", vectors)
        self.register_buffer("degree", degree)
        self.vectors: Tensor
        self.degree: Tensor

    def forward(self, rows: sp.csr_array) -> Tensor:
        scale = self.degree.clamp(min=1).sqrt()
        scaled = sp.csr_array(rows @ sp.diags_array(1 / scale.numpy()))
        # Of one row few columns are used: a product with all would copy all vectors first. Of many
        # rows most are; then all, since blocks of memory that differ in size leave holes behind.
        used = np.unique(scaled.indices)
        if 2 * len(used) > scaled.shape[1]:
            used = np.arange(scaled.shape[1])
        spectrum = scaled[:, used] @ self.vectors[:, used].T.numpy()  # (n, vectors)
        return torch.from_numpy(spectrum) @ self.vectors * scale

    def contributions(self, row: sp.csr_array, item: int) -> FloatArray:
        scale = self.degree.clamp(min=1).sqrt()
        near = self.vectors[:, item] @ self.vectors[:, row.indices]
        result: FloatArray = row.data * (near * scale[item] / scale[row.indices]).numpy()
        return result


class Content(ItemFilter):
    """Cosine of an item's side information with all that the row's items have.

    `profile` (items, columns) has rows of length 1.
    """

    SPARSE = ("profile",)

    def __init__(self, profile: SparseBuffer) -> None:
        super().__init__()
        self.profile = profile

    def forward(self, rows: sp.csr_array) -> Tensor:
        profile = self.profile.scipy()
        shares = sp.csr_array(rows.astype(np.float64) @ profile)
        cosine: FloatArray = (unit_rows(shares) @ profile.T).toarray()
        return torch.from_numpy(np.ascontiguousarray(cosine, np.float32))

    def contributions(self, row: sp.csr_array, item: int) -> FloatArray:
        profile, row = self.profile.scipy(), row.astype(np.float64)
        each = (profile[row.indices] @ profile[[item]].T).toarray()[:, 0]
        total = row @ profile
        length = max(float(np.sqrt(total.multiply(total).sum())), 1e-12)
        result: FloatArray = row.data * each / length
        return result
