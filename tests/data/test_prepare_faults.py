"""A split that leaves nothing to train, choose or test with is told, with what to do."""

from dataclasses import replace

import numpy as np
import pytest

from graphrec.config.datasets import DatasetParams
from graphrec.data.dataset import RawData
from graphrec.data.errors import DataError
from graphrec.data.prepare import prepare
from tests.data.comparison import with_split
from tests.datasets import SCALE, dataset, entities, interactions
from tests.faults import PARAMS

EVERY = interactions(np.arange(10) % 5, np.arange(10), [5, 4] * 5)


def raw_of(every=EVERY, **held_out) -> RawData:
    return RawData(entities("u", 5), entities("i", 10), every, **held_out)


def about_with(strategy: str, *fractions: float, explicit: bool = True) -> DatasetParams:
    return with_split(dataset(5, 10, EVERY, explicit).about, strategy, *fractions)


def expect_fault(message: str, raw: RawData, about: DatasetParams) -> None:
    with pytest.raises(DataError, match=message):
        prepare(raw, about, 7)


@pytest.mark.parametrize("strategy", ["random", "random_per_user", "temporal"])
@pytest.mark.parametrize(
    ("part", "fractions"), [("test", (0.01, 0.5)), ("validation", (0.5, 0.01))]
)
def test_fractions_that_leave_a_part_empty(strategy, part, fractions):
    message = (
        rf"interactions in the {part} part, got none of 10 under .*'{strategy}': choose another"
    )
    expect_fault(message, raw_of(), about_with(strategy, *fractions))


@pytest.mark.parametrize("fractions", [(0.99, 0.5), (0.5, 0.99)])
def test_fractions_that_leave_nothing_to_train_on(fractions):
    expect_fault("the training part, got none of 10", raw_of(), about_with("random", *fractions))


@pytest.mark.parametrize("strategy", ["random_per_user", "leave_one_out", "one_per_item"])
def test_users_with_one_interaction_each_leave_nothing_to_hold_out(strategy):
    raw = raw_of(EVERY[np.arange(5)])
    message = rf"the validation part, got none of 5 under .*'{strategy}': choose another"
    expect_fault(message, raw, about_with(strategy, 0.9, 0.9))


def test_users_with_two_interactions_each_leave_nothing_to_validate():
    expect_fault("the validation part, got none of 10", raw_of(), about_with("leave_one_out"))


@pytest.mark.parametrize("strategy", ["random", "random_per_user", "leave_one_out", "temporal"])
def test_no_interactions_at_all(strategy):
    nothing = raw_of(EVERY[np.arange(0)])
    expect_fault("the training part, got none of 0", nothing, about_with(strategy))


def test_no_interactions_at_all_of_items():
    nothing = raw_of(EVERY[np.arange(0)])
    expect_fault("the training part, got none of 0", nothing, about_with("one_per_item"))


@pytest.mark.parametrize("part", ["training", "validation", "test"])
def test_files_whose_part_is_empty(part):
    thirds = {name: EVERY[np.arange(10) % 3 == at] for at, name in enumerate(("t", "v", "e"))}
    files = {
        "training": {"every": EVERY[np.arange(0)], "valid": thirds["v"], "test": thirds["t"]},
        "validation": {"every": thirds["e"], "valid": EVERY[np.arange(0)], "test": thirds["t"]},
        "test": {"every": thirds["e"], "valid": thirds["v"], "test": EVERY[np.arange(0)]},
    }
    expect_fault(f"in the {part} part, got none", raw_of(**files[part]), about_with("published"))


@pytest.mark.parametrize("part", ["training", "validation", "test"])
def test_a_part_without_anything_relevant(part):
    fourth = np.arange(10) % 4
    files = {
        name: EVERY[fourth == at] for at, name in enumerate(("training", "validation", "test"))
    }
    files[part] = replace(files[part], rating=np.full(len(files[part]), 3.5, np.float32))
    raw = raw_of(files["training"], valid=files["validation"], test=files["test"])
    message = (
        f"relevant interaction in the {part} part, got none: lower ratings.relevance_threshold"
    )
    expect_fault(message, raw, about_with("published"))
    prepare(raw, about_with("published", explicit=False), 7)  # every event is relevant
    low = SCALE.model_copy(update={"relevance_threshold": 3.5})
    prepare(raw, about_with("published").model_copy(update={"ratings": low}), 7)


def test_published_without_files_that_say_so():
    expect_fault(
        "files that say what tests.*'published', got none: name them, or choose another",
        raw_of(),
        about_with("published"),
    )


def test_files_that_say_what_tests_under_another_strategy():
    raw = raw_of(test=EVERY[np.arange(2)])
    expect_fault(
        "'published' where files say what tests, got 'temporal'", raw, about_with("temporal")
    )


def test_the_published_sets_without_what_their_strategy_needs(raw_data):
    about = PARAMS.datasets
    expect_fault("'published'", raw_data["imdb"], with_split(about["imdb"], "published"))
    expect_fault("'random'", raw_data["movielens"], with_split(about["movielens"], "random"))


def test_a_user_with_every_item_has_no_negative():
    every = interactions(np.repeat(range(2), 4), np.tile(range(4), 2), [5] * 8)
    raw = RawData(entities("u", 2), entities("i", 4), every)
    expect_fault("every user to leave an item out, got one with all 4", raw, about_with("random"))
