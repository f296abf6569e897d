"""Items that no model has seen, by what is known of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import Tensor

from graphrec.answers.errors import AnswerError, pick
from graphrec.answers.history import History
from graphrec.data.dataset import Dataset, FeatureBlock
from graphrec.data.features import tf_idf
from graphrec.filters.biases import USER_DAMPING, damped_means

BLOCK = 256
"""People scored at a time: bounds memory to BLOCK x items."""
NEIGHBOURS = 10
"""Items that speak for a new one; more, where several are as like it as the last of them."""
WIDTH = 0.25
"""Of the Gaussian by which numbers are alike, in standard deviations of theirs."""
Numbers = NDArray[np.float64]


class NewItems:
    """A new item is the mean of the NEIGHBOURS that are most like it, by likeness.

    The likeness of two items is the sum over blocks of side information of the cosine of their
    `tf_idf` rows, and of numbers exp(-d² / 2), d their distance in WIDTHs. What the model makes of
    its items is frozen, so that a score of the new item is the same mean of theirs: k nearest
    neighbours from side information to scores, as Gantner et al. 2010 ("Learning attribute-to-
    feature mappings for cold-start recommendations") compare it. Items without a training
    interaction speak for none. People rate what they expect to like, and a mean over neighbours
    does not know that: predicted ratings are moved so that over all items they have the mean of
    the ratings that the person gave, damped.
    """

    def __init__(self, data: Dataset) -> None:
        self.blocks, self.scale = data.items.features, data.about.ratings
        self.mean = data.train.rating.mean(dtype=np.float64)
        self.active = np.bincount(data.train.item, minlength=data.num_items) > 0
        self.profiles = {
            name: tf_idf(block.matrix)
            for name, block in data.items.blocks("categorical", "multi_valued").items()
        }

    def scores_and_targets(
        self,
        features: Mapping[str, Any],
        histories: Sequence[History],
        of_items: Callable[[Sequence[History]], tuple[Tensor, Tensor]],
    ) -> tuple[Tensor, Tensor]:
        """Of the new item, (histories,) each; `of_items` gives those of the items."""
        weights = self.weights(features)
        blocks = [histories[start : start + BLOCK] for start in range(0, len(histories), BLOCK)]
        means = [self.means(*of_items(block), block, weights[:, None])[..., 0] for block in blocks]
        score, target = torch.cat([torch.empty(2, 0), *means], dim=1)
        return score, target

    def means(
        self, scores: Tensor, targets: Tensor, histories: Sequence[History], weights: Numbers
    ) -> Tensor:
        """Scores and targets (2, histories, n) of new items with `weights` (items, n).

        `scores` and `targets` (histories, items) are those of the items.
        """
        means = torch.stack([scores, targets]).double() @ torch.from_numpy(weights)
        if self.scale is not None:
            level = self.own_means(histories) - targets[:, self.active].double().mean(dim=1)
            means[1] = (means[1] + level[:, None]).clamp(self.scale.minimum, self.scale.maximum)
        return means.float()

    def own_means(self, histories: Sequence[History]) -> Tensor:
        """(histories,) damped mean ratings."""
        person = np.arange(len(histories)).repeat([len(each) for each in histories])
        rating = np.concatenate([each.rating for each in histories]) - self.mean
        return torch.from_numpy(
            self.mean + damped_means(person, rating, len(histories), USER_DAMPING)
        )

    def weights(self, features: Mapping[str, Any]) -> Numbers:
        """(items,) shares of the items in the new one, whose sum is 1.

        `features` has what is known of it by block: a value, of a multi-valued block a list of
        them, or a number. Raises AnswerError for blocks and values that the items do not have, and
        where no item is like it.
        """
        likeness = np.zeros(len(self.active), np.float64)
        for name, given in features.items():
            block = self.blocks[pick(name, [*self.blocks], "side information of the items")]
            if block.kind == "numeric":
                likeness += _near(name, block, given)
            else:
                profile = self.profiles[name]
                likeness += profile @ self._row(name, block, given)
        likeness[~self.active] = 0
        least = np.sort(likeness)[-NEIGHBOURS:][0]
        likeness[likeness < least] = 0
        if not likeness.any():
            raise AnswerError(
                f"expected side information that an item of the training data has, got {features}: "
                f"give some of {', '.join(self.blocks) or 'nothing: no item has any'}"
            )
        shares: Numbers = likeness / likeness.sum()
        return shares

    def _row(self, name: str, block: FeatureBlock, given: Any) -> Numbers:
        """(columns,) of the new item as in `tf_idf`, of length 1 if not 0."""
        values = given if isinstance(given, list) else [given]
        if block.kind == "categorical" and len(values) != 1:
            raise AnswerError(f"expected one {name}, got {len(values)}: name one")
        columns: list[str] = block.columns.tolist()
        row = np.zeros(len(columns))
        for value in values:
            row[columns.index(pick(str(value), columns, f"a value of {name}"))] = 1
        frequency = np.maximum(sp.csr_array(block.matrix > 0).sum(axis=0), 1)
        row *= np.log(block.matrix.shape[0] / frequency)
        length = np.linalg.norm(row)
        unit: Numbers = row / max(float(length), 1e-12)
        return unit


def _near(name: str, block: FeatureBlock, given: Any) -> Numbers:
    """(items,) how near their numbers are to the one given; 0 where nothing is known."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not np.isfinite(given):
        raise AnswerError(f"expected a number for {name}, got {given!r}: give one")
    rows, numbers = np.flatnonzero(np.diff(block.matrix.indptr)), block.matrix.data
    near: Numbers = np.zeros(block.matrix.shape[0])
    width = WIDTH * max(float(numbers.std()), 1e-6)
    near[rows] = np.exp(-0.5 * ((numbers - given) / width) ** 2)
    return near
