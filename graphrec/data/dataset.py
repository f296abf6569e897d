"""What a data set is: who its users and items are, what they did, and what it says of itself."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from graphrec.config.datasets import DatasetParams
from graphrec.data.interactions import HeldOut, Interactions, Mask

Strings = NDArray[np.str_]
Kind = Literal["categorical", "multi_valued", "numeric"]


@dataclass(frozen=True)
class FeatureBlock:
    """One kind of side information of all users or of all items."""

    kind: Kind
    """`categorical`: at most one 1 a row; `multi_valued`: any number of values, flags or counts;
    `numeric`: one column, in its own unit, without an entry where nothing is known."""
    matrix: sp.csr_array
    """(entities, columns), single precision."""
    columns: Strings
    """(columns,) what each column stands for."""


@dataclass(frozen=True)
class Entities:
    """The users or the items, numbered from 0."""

    ids: Strings
    """(entities,) as the files have them."""
    titles: Strings
    """(entities,) for a reader; the ids where nothing better is known."""
    features: dict[str, FeatureBlock] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def blocks(self, *kinds: Kind) -> dict[str, FeatureBlock]:
        """The side information of these kinds, by name."""
        return {name: block for name, block in self.features.items() if block.kind in kinds}


@dataclass(frozen=True)
class RawData:
    """What a reader gives: everything that is known, before any split made here."""

    users: Entities
    items: Entities
    interactions: Interactions
    """All of them, or those that the files do not say to hold out."""
    test: Interactions | None = None
    valid: Interactions | None = None
    """Held out by the files themselves."""
    left_out: dict[str, int] = field(default_factory=dict)
    """What was left out, and how many rows or entities of it: {"rows without an item": 3}."""

    def __len__(self) -> int:
        """Interactions in all."""
        return sum(len(part or ()) for part in (self.interactions, self.test, self.valid))


@dataclass(frozen=True)
class Dataset:
    """What training and validation may see. The test part is a file of its own."""

    about: DatasetParams
    """What the data set says of itself."""
    users: Entities
    items: Entities
    train: Interactions
    valid: HeldOut

    @property
    def num_users(self) -> int:
        return len(self.users)

    @property
    def num_items(self) -> int:
        return len(self.items)

    @property
    def explicit(self) -> bool:
        """Whether there are ratings to predict; otherwise a pair is there or not."""
        return self.about.ratings is not None

    def relevant(self, interactions: Interactions) -> Mask:
        """(n,) which of `interactions` (n,) make their item relevant to their user."""
        scale = self.about.ratings
        if scale is None:
            return np.ones(len(interactions), bool)
        mask: Mask = interactions.rating >= np.float32(scale.relevance_threshold)
        return mask


def with_validation(data: Dataset) -> Dataset:
    """The same data with the validation interactions among the training ones."""
    train = Interactions.concatenate([data.train, data.valid.interactions])
    return replace(data, train=train)
