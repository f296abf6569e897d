"""The leak audit passes clean data and names every kind of planted leak."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec.data.audit import LeakError, audit_split
from graphrec.data.dataset import Dataset, Entities, FeatureBlock, RawData
from graphrec.data.features import numeric
from graphrec.data.interactions import HeldOut, Interactions


@pytest.fixture
def source(name, raw_data) -> RawData:
    """What the reader gave."""
    return raw_data[name]


def expect_leak(message: str, data: Dataset, test: HeldOut, source: RawData) -> None:
    with pytest.raises(LeakError, match=f"expected no {message}"):
        audit_split(data, test, len(source), source.users, source.items)


def first(part: Interactions, count: int = 3) -> Interactions:
    return part[np.arange(count)]


def joined(part: Interactions, more: Interactions) -> Interactions:
    return Interactions.concatenate([part, more])


def with_block(data: Dataset, side: str, name: str, block: FeatureBlock) -> Dataset:
    """`data` with a block of side information more, or another."""
    entities: Entities = getattr(data, side)
    features = entities.features | {name: block}
    return replace(data, **{side: replace(entities, features=features)})


def test_clean_data_pass_and_are_counted(data, test_part, source):
    assert audit_split(data, test_part, len(source), source.users, source.items) == {
        "train_interactions": len(data.train),
        "valid_interactions": len(data.valid),
        "test_interactions": len(test_part),
    }


def test_held_out_pairs_in_training_are_told(data, test_part, source):
    for part, name in ((data.valid.interactions, "valid"), (test_part.interactions, "test")):
        leaky = replace(data, train=joined(data.train, first(part)))
        expect_leak(f"train pairs that are in {name} too, got 3", leaky, test_part, source)


def test_test_pairs_in_validation_are_told(data, test_part, source):
    valid = joined(data.valid.interactions, first(test_part.interactions))
    negative = np.concatenate([data.valid.negative, test_part.negative[:3]])
    leaky = replace(data, valid=HeldOut(valid, negative))
    expect_leak("valid pairs that are in test too, got 3", leaky, test_part, source)


def test_lost_interactions_are_told(data, test_part, source):
    lost = len(data.train) - 5
    short = replace(data, train=first(data.train, 5))
    expect_leak(
        f"interactions that are in no part, or in several, got {lost}", short, test_part, source
    )


def test_interactions_from_nowhere_are_told(data, test_part, source):
    short = replace(source, interactions=first(source.interactions, len(source.interactions) - 2))
    expect_leak("interactions that are in no part, or in several, got 2", data, test_part, short)


def test_negatives_that_are_training_pairs_are_told(data, test_part, source):
    for part, name in ((data.valid, "valid"), (test_part, "test")):
        user = part.interactions.user[0]
        negative = part.negative.copy()
        negative[0] = data.train.item[data.train.user == user][0]
        leaky = HeldOut(part.interactions, negative)
        message = f"{name} negatives that are training pairs, got 1"
        if name == "valid":
            expect_leak(message, replace(data, valid=leaky), test_part, source)
        else:
            expect_leak(message, data, leaky, source)


def test_negatives_that_are_held_out_pairs_are_told(data, test_part, source):
    negative = test_part.negative.copy()
    negative[0] = test_part.interactions.item[0]
    leaky = HeldOut(test_part.interactions, negative)
    expect_leak("test negatives that are test pairs, got 1", data, leaky, source)


def test_features_that_know_the_held_out_credits_are_told(imdb, raw_data):
    """Such as the published vectors of actors: means over all their movies."""
    source = raw_data["imdb"]
    cast = source.interactions.matrix(len(source.users), len(source.items))
    keywords = source.items.features["keywords"]
    mean = sp.csr_array(sp.diags_array(1 / cast.sum(axis=1)) @ cast @ keywords.matrix)
    leaky = with_block(imdb.data, "users", "keywords", replace(keywords, matrix=mean))
    expect_leak(
        f"users whose keywords feature differs from the files', got {imdb.data.num_users}",
        leaky,
        imdb.test,
        source,
    )


def test_one_altered_feature_is_told(data, test_part, source):
    for side in ("users", "items"):
        for name, block in getattr(data, side).features.items():
            altered = block.matrix.tolil()
            altered[0, 0] += 1
            leaky = with_block(data, side, name, replace(block, matrix=sp.csr_array(altered)))
            message = f"{side} whose {name} feature differs from the files', got 1"
            expect_leak(message, leaky, test_part, source)


def test_a_feature_that_is_no_number_is_told(imdb, raw_data):
    keywords = imdb.data.items.features["keywords"]
    matrix = keywords.matrix.copy()
    matrix.data[0] = np.nan
    leaky = with_block(imdb.data, "items", "keywords", replace(keywords, matrix=matrix))
    expect_leak("items whose keywords feature", leaky, imdb.test, raw_data["imdb"])


def test_a_feature_that_the_files_do_not_have_is_told(data, test_part, source):
    """Such as the number of ratings of an item, the held-out ones too."""
    count = np.bincount(source.interactions.item, minlength=data.num_items).astype(np.float32)
    leaky = with_block(data, "items", "degree", numeric("degree", count))
    expect_leak(f"items whose degree feature .*, got {data.num_items}", leaky, test_part, source)


def test_a_feature_that_is_missing_or_of_another_shape_is_told(data, test_part, source):
    name, block = next(iter(data.items.features.items()))
    wide = sp.csr_array(sp.hstack([block.matrix, block.matrix]))
    for leaky in (
        replace(data, items=replace(data.items, features={})),
        with_block(data, "items", name, replace(block, matrix=wide)),
    ):
        expect_leak(f"items whose .* feature .*, got {data.num_items}", leaky, test_part, source)
