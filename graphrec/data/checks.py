"""Whether loaded arrays are a data set: dtypes, lengths, numbers in range, nothing twice.

What comes later, down to the compiled passes, takes them as they are.
"""

from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from graphrec.config.datasets import DatasetParams
from graphrec.data.dataset import Dataset, Entities, FeatureBlock, Kind
from graphrec.data.errors import DataError
from graphrec.data.interactions import FIELDS, HeldOut, IntArray, Interactions

DTYPES = {"user": np.int64, "item": np.int64, "rating": np.float32, "timestamp": np.int64}


def check_dataset(data: Dataset) -> None:
    """Raises DataError where something is no data set that a stage has written."""
    check_entities("users", data.users)
    check_entities("items", data.items)
    check_interactions("train", data.train, data)
    check_held_out("valid", data.valid, data)
    expect_disjoint("valid", data.valid.interactions, data.train, data.num_items)


def check_test(test: HeldOut, data: Dataset) -> None:
    """The same of a test part, which may have nothing in common with the others."""
    check_held_out("test", test, data)
    for part in (data.train, data.valid.interactions):
        expect_disjoint("test", test.interactions, part, data.num_items)


def check_entities(side: str, entities: Entities) -> None:
    for name, array in (("ids", entities.ids), ("titles", entities.titles)):
        expect(array.dtype.kind == "U", f"{side}/{name} of texts", array.dtype)
        expect(array.shape == entities.ids.shape[:1], f"{side}/{name}, one for each", array.shape)
    for name, block in entities.features.items():
        check_block(f"{side}/features/{name}", block, len(entities))


def check_block(name: str, block: FeatureBlock, num_rows: int) -> None:
    matrix, (height, width) = block.matrix, block.matrix.shape
    expect(block.kind in get_args(Kind), f"{name}/kind among {get_args(Kind)}", block.kind)
    expect(height == num_rows, f"{num_rows} rows in {name}", height)
    expect(block.columns.dtype.kind == "U", f"{name}/columns of texts", block.columns.dtype)
    expect(block.columns.shape == (width,), f"{width} of {name}/columns", block.columns.shape)
    expect(matrix.dtype == np.float32, f"{name}/data of float32", matrix.dtype)
    expect(bool(np.isfinite(matrix.data).all()), f"finite numbers in {name}/data", "others")
    expect_in_range(f"{name}/indices", matrix.indices, width)
    matrix.check_format(full_check=True)  # where rows start; raises ValueError


def check_interactions(name: str, part: Interactions, data: Dataset) -> None:
    for key in FIELDS:
        array = getattr(part, key)
        expect(array.dtype == DTYPES[key], f"{name}/{key} of {DTYPES[key].__name__}", array.dtype)
        expect(array.shape == (len(part),), f"{name}/{key}, {len(part)} of them", array.shape)
    expect_in_range(f"{name}/user", part.user, data.num_users)
    expect_in_range(f"{name}/item", part.item, data.num_items)
    expect_on_scale(f"{name}/rating", part.rating, data.about)
    keys = pair_keys(part.user, part.item, data.num_items)
    twice = len(part) - len(np.unique(keys))
    expect(twice == 0, f"each pair of a user and an item once in {name}", f"{twice} again")


def check_held_out(name: str, part: HeldOut, data: Dataset) -> None:
    check_interactions(name, part.interactions, data)
    negative, size = part.negative, len(part)
    expect(negative.dtype == np.int64, f"{name}/negative of int64", negative.dtype)
    expect(negative.shape == (size,), f"{name}/negative, {size} of them", negative.shape)
    expect_in_range(f"{name}/negative", negative, data.num_items)


def expect_on_scale(name: str, rating: NDArray[np.float32], about: DatasetParams) -> None:
    if about.ratings is None:
        expect(bool(np.isfinite(rating).all()), f"finite numbers in {name}", "others")
        return
    low, high = about.ratings.minimum, about.ratings.maximum
    outside = ~((rating >= np.float32(low)) & (rating <= np.float32(high)))
    got = f"{rating[outside][0]}" if outside.any() else ""
    expect(not outside.any(), f"ratings from {low} to {high} in {name}", got)


def expect_in_range(name: str, numbers: NDArray[Any], size: int) -> None:
    if len(numbers):
        low, high = numbers.min(), numbers.max()
        expect(low >= 0 and high < size, f"numbers below {size} in {name}", f"{low} to {high}")


def expect_disjoint(name: str, part: Interactions, other: Interactions, num_items: int) -> None:
    keys, others = (pair_keys(each.user, each.item, num_items) for each in (part, other))
    common = len(np.intersect1d(keys, others))
    expect(common == 0, f"{name} interactions that are in no other part", f"{common} that are")


def pair_keys(user: IntArray, item: IntArray, num_items: int) -> IntArray:
    """(n,) one number for each pair, int64."""
    keys = np.multiply(user, num_items, dtype=np.int64)
    keys += item
    return keys


def expect(condition: bool, expected: str, got: object) -> None:
    """Raises DataError unless `condition` holds."""
    if not condition:
        raise DataError(f"expected {expected}, got {got}")
