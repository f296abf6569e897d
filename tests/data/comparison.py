"""Whether two data sets, or two of their pieces, are the same; and data sets split otherwise."""

import numpy as np

from graphrec.config.datasets import DatasetParams, SplitParams
from graphrec.data.dataset import Entities
from graphrec.data.interactions import FIELDS, Interactions
from graphrec.data.prepare import Prepared


def pairs(part: Interactions) -> set[tuple[int, int]]:
    return set(zip(part.user.tolist(), part.item.tolist(), strict=True))


def rows(part: Interactions) -> set[tuple[float, ...]]:
    """The pairs with what is known of them."""
    return set(zip(*(getattr(part, name).tolist() for name in FIELDS), strict=True))


def split_of(prepared: Prepared) -> tuple[Interactions, Interactions, Interactions]:
    """What trains, validates and tests."""
    return prepared.data.train, prepared.data.valid.interactions, prepared.test.interactions


def with_split(
    about: DatasetParams,
    strategy: str,
    test_fraction: float = 0.2,
    valid_fraction: float = 0.1,
    fold: str | None = None,
) -> DatasetParams:
    """`about` with another split."""
    split = SplitParams(
        strategy=strategy, fold=fold, test_fraction=test_fraction, valid_fraction=valid_fraction
    )
    return about.model_copy(update={"split": split})


def assert_same_interactions(actual: Interactions, expected: Interactions) -> None:
    for name in FIELDS:
        column, expected_column = getattr(actual, name), getattr(expected, name)
        assert column.dtype == expected_column.dtype
        np.testing.assert_array_equal(column, expected_column)


def assert_same_entities(actual: Entities, expected: Entities) -> None:
    np.testing.assert_array_equal(actual.ids, expected.ids)
    np.testing.assert_array_equal(actual.titles, expected.titles)
    assert actual.features.keys() == expected.features.keys()
    for name, block in expected.features.items():
        other = actual.features[name]
        assert other.kind == block.kind
        np.testing.assert_array_equal(other.columns, block.columns)
        assert other.matrix.dtype == block.matrix.dtype
        # A known zero and an unknown number are not the same.
        for field in ("shape", "indptr", "indices", "data"):
            np.testing.assert_array_equal(
                getattr(other.matrix, field), getattr(block.matrix, field)
            )
