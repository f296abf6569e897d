"""The ranking filters that a data set allows, their scores of the training users side by side."""

from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor, nn

from graphrec.config.filters import Kind, RankingFilterParams
from graphrec.data.dataset import Dataset, FeatureBlock
from graphrec.data.features import tf_idf
from graphrec.data.interactions import FloatArray
from graphrec.filters.biases import fit_biases
from graphrec.filters.item_filters import Content, CoOccurrence, ItemFilter, LowPass, Walk
from graphrec.filters.similarity import ease
from graphrec.filters.spectral import singular_vectors
from graphrec.graph.sparse import SparseBuffer

MOST_ITEMS = 12_000
"""Up to which a dense matrix of them is inverted and kept."""
FLOOR = 0.1
"""What no sign of interest at all counts as, in mean scores of the user."""

KINDS: dict[str, type[ItemFilter]] = {
    "co_occurrence": CoOccurrence,
    "walk": Walk,
    "low_pass": LowPass,
}
"""Of the filters by name; any other is a `Content`, named by `content_name`."""


def content_name(block: str) -> str:
    """Of the filter of a block of side information, a name that a module may bear."""
    return f"content_{block.replace('.', '%2E')}"


class RankingFilters(nn.Module):
    """What closed forms say of each training user's items, on the scale of a log-linear model.

    `user_items` (users, items) holds the training interactions, each counting by its strength.
    """

    def __init__(self, user_items: SparseBuffer, filters: Mapping[str, ItemFilter]) -> None:
        super().__init__()
        self.user_items = user_items
        self.filters = nn.ModuleDict(filters)

    @property
    def matrix(self) -> sp.csr_array:
        """`user_items`, for NumPy."""
        return self.user_items.scipy()

    @property
    def names(self) -> list[str]:
        return [*self.filters]

    def forward(self, user: Tensor) -> list[Tensor]:
        """Users (n,) → what each filter says of them, (n, items)."""
        return self.score_rows(self.matrix[user.numpy()])

    def score_rows(self, rows: sp.csr_array) -> list[Tensor]:
        """The same for users of whom nothing but these rows (n, items) is known."""
        return [log_scores(each(rows)) for each in self.filters.values()]

    @classmethod
    def from_state(cls, state: Mapping[str, Tensor]) -> "RankingFilters":
        """The filters with this `state_dict`, not fitted again."""
        names = {key.split(".")[1] for key in state if key.startswith("filters.")}
        filters = {}
        for name in sorted(names):
            kind, prefix = KINDS.get(name, Content), f"filters.{name}."
            arguments = {
                key.removeprefix(prefix): value
                for key, value in state.items()
                if key.startswith(prefix)
            }
            sparse = {part: _sparse(arguments, f"{part}.") for part in kind.SPARSE}
            dense = {key: value for key, value in arguments.items() if "." not in key}
            filters[name] = kind(**sparse, **dense)
        return cls(_sparse(state, "user_items."), filters)


def _sparse(state: Mapping[str, Tensor], prefix: str) -> SparseBuffer:
    return SparseBuffer(
        **{
            key.removeprefix(prefix): value
            for key, value in state.items()
            if key.startswith(prefix)
        }
    )


def log_scores(scores: Tensor) -> Tensor:
    """log(score / its row's mean + FLOOR), of scores (n, items); one below 0 counts as 0."""
    scores = scores.clamp(min=0)
    mean = scores.mean(dim=1, keepdim=True).clamp(min=1e-12)
    return scores.div_(mean).add_(FLOOR).log_()  # in place: of many items they are large


def fit_ranking_filters(data: Dataset, options: RankingFilterParams, seed: int) -> RankingFilters:
    """Those of `options.kinds` that suit the data set; `content` is one for each block."""
    train, shape = data.train, (data.num_users, data.num_items)
    strength = np.ones(len(train), np.float32)
    if data.explicit:
        strength = np.maximum(1 + options.rating_weight * residuals(data), FLOOR)
    user_items = sp.csr_array((strength, (train.user, train.item)), shape=shape)
    filters: dict[str, ItemFilter] = {}
    kinds = suitable(options.kinds, data)
    if "content" in kinds:
        for name, block in content_blocks(data).items():
            filters[content_name(name)] = Content(SparseBuffer.of(tf_idf(block.matrix)))
    if "co_occurrence" in kinds:
        weight = ease(user_items, options.regularization, options.dropout)
        filters["co_occurrence"] = CoOccurrence(torch.from_numpy(weight))
    if "walk" in kinds:
        # A buffer of its own: files of weights hold no tensor under two names.
        filters["walk"] = Walk(SparseBuffer.of(user_items), torch.tensor(options.walk_exponents))
    if "low_pass" in kinds:
        _, vectors = singular_vectors(user_items, options.vectors, seed)
        degree = np.bincount(train.item, minlength=data.num_items).astype(np.float32)
        filters["low_pass"] = LowPass(torch.from_numpy(vectors), torch.from_numpy(degree))
    return RankingFilters(SparseBuffer.of(user_items), dict(sorted(filters.items())))


def suitable(kinds: Sequence[Kind], data: Dataset) -> list[Kind]:
    """Those of `kinds` that a data set allows.

    `content` is for events of items with categories or values. `co_occurrence`, a dense matrix, is
    for at most MOST_ITEMS items, and takes the place of `walk` and `low_pass` there.
    """
    content: list[Kind] = ["content"] if content_blocks(data) else []
    shared: list[Kind] = ["walk", "low_pass"]
    if "co_occurrence" in kinds and data.num_items <= MOST_ITEMS:
        shared = ["co_occurrence"]
    return [kind for kind in (*content, *shared) if kind in kinds]


def content_blocks(data: Dataset) -> dict[str, FeatureBlock]:
    """The side information of items that tells what else a user may have; none for ratings."""
    return {} if data.explicit else data.items.blocks("categorical", "multi_valued")


def residuals(data: Dataset) -> FloatArray:
    """(n,) how far each training rating is above what its user and its item lead to expect."""
    train = data.train
    mean, user, item = fit_biases(train, data.num_users, data.num_items)
    return train.rating - (mean + user[train.user] + item[train.item])
