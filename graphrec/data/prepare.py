"""From what a reader gives to a data set: the split, and negatives for what is held out."""

from typing import NamedTuple

import numpy as np

from graphrec.config.datasets import DatasetParams
from graphrec.data.dataset import Dataset, Entities, RawData
from graphrec.data.errors import DataError
from graphrec.data.interactions import HeldOut, Interactions
from graphrec.data.negatives import with_negatives
from graphrec.data.splits import SPLITS, Split, one_per_item, random


class Parts(NamedTuple):
    """The interactions that train, validate and test."""

    train: Interactions
    valid: Interactions
    test: Interactions


class Prepared(NamedTuple):
    """A data set, and the part that tests."""

    data: Dataset
    test: HeldOut


def prepare(raw: RawData, about: DatasetParams, seed: int) -> Prepared:
    """Hold out what validates and what tests, by `about.split`; side information stays as it is.

    Raises DataError if a part is empty, or has nothing relevant in it.
    """
    rng = np.random.default_rng(seed)
    parts = Parts(*(part.wide() for part in split(raw, about, seed, rng)))
    return hold_out(parts, raw.users, raw.items, about, rng)


def hold_out(
    parts: Parts, users: Entities, items: Entities, about: DatasetParams, rng: np.random.Generator
) -> Prepared:
    """The data set of a split. Raises DataError as above."""
    train, valid, test = parts
    for name, part in (("training", train), ("validation", valid), ("test", test)):
        if len(part) == 0:
            raise DataError(
                f"expected interactions in the {name} part, got none of {sum(map(len, parts))} "
                f"under the split strategy {about.split.strategy!r}: choose another, or other "
                "fractions"
            )
    shape = len(users), len(items)
    # What a model may know by then: test pairs may be drawn against validation ones.
    before_test = train.matrix(*shape) + valid.matrix(*shape)
    explicit = about.ratings is not None
    held = with_negatives(valid, before_test, explicit, rng)
    tested = with_negatives(test, before_test + test.matrix(*shape), explicit, rng)
    data = Dataset(about, users, items, train, held)
    for name, part in (("training", train), ("validation", valid), ("test", test)):
        if not data.relevant(part).any():
            raise DataError(
                f"expected a relevant interaction in the {name} part, got none: lower "
                "ratings.relevance_threshold"
            )
    return Prepared(data, tested)


def split(raw: RawData, about: DatasetParams, seed: int, rng: np.random.Generator) -> Parts:
    """The parts by `about.split`."""
    options, every = about.split, raw.interactions
    strategy: Split = random
    if options.strategy == "one_per_item":
        valid_rows, test_rows = one_per_item(every, rng)
        return Parts(every[~(valid_rows | test_rows)], every[valid_rows], every[test_rows])
    if options.strategy == "published":
        if raw.test is None:
            raise DataError(
                "expected files that say what tests, for the split strategy 'published', got none: "
                "name them, or choose another strategy"
            )
        if raw.valid is not None:
            return Parts(every, raw.valid, raw.test)
        rest, test = every, raw.test
    else:
        if raw.test is not None:
            raise DataError(
                f"expected the split strategy 'published' where files say what tests, got "
                f"{options.strategy!r}"
            )
        strategy = SPLITS[options.strategy]
        tests = strategy(every, options.test_fraction, np.random.default_rng(seed))
        # The rest is not held beside what is made of it: a table may nearly fill the memory.
        validates = np.zeros(len(every), bool)
        validates[~tests] = strategy(every[~tests], options.valid_fraction, rng)
        return Parts(every[~(tests | validates)], every[validates], every[tests])
    held = strategy(rest, options.valid_fraction, rng)
    return Parts(rest[~held], rest[held], test)
