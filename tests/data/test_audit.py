"""The leak audit passes clean data and names every kind of planted leak."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec.data.audit import LeakError, audit_graph, audit_split
from graphrec.data.interactions import HeldOut, Interactions
from graphrec.graph.bipartite import build_graph
from graphrec.graph.sparse import to_scipy


def audit(prepared, **changes) -> dict[str, int]:
    changed = prepared._replace(**changes)
    return audit_split(changed.data, changed.test, changed.num_published, changed.rebuild)


def expect_leak(told: str, prepared, **changes) -> None:
    with pytest.raises(LeakError, match=f"expected no {told}"):
        audit(prepared, **changes)


def first(part: Interactions, count: int = 3) -> Interactions:
    return part[np.arange(count)]


def joined(part: Interactions, more: Interactions) -> Interactions:
    return Interactions.concatenate([part, more])


def matrix_of(data) -> sp.csr_array:
    return to_scipy(build_graph(data).adjacency())


def test_clean_data_pass_and_are_counted(prepared):
    counts = audit(prepared)
    data, test = prepared.data, prepared.test
    assert counts["train_interactions"] == len(data.train)
    assert counts["valid_interactions"] == len(data.valid)
    assert counts["test_interactions"] == len(test)
    audit_graph(matrix_of(data), data, test)


def test_held_out_pairs_in_training_are_found(prepared):
    data, test = prepared.data, prepared.test
    for part, name in ((data.valid.interactions, "valid"), (test.interactions, "test")):
        leaky = replace(data, train=joined(data.train, first(part)))
        expect_leak(f"train pairs that are in {name} too, got 3", prepared, data=leaky)


def test_test_pairs_in_validation_are_found(prepared):
    data, test = prepared.data, prepared.test
    valid = joined(data.valid.interactions, first(test.interactions))
    negative = np.concatenate([data.valid.negative, test.negative[:3]])
    leaky = replace(data, valid=HeldOut(valid, negative))
    expect_leak("valid pairs that are in test too, got 3", prepared, data=leaky)


def test_lost_interactions_are_found(prepared):
    short = replace(prepared.data, train=prepared.data.train[np.arange(5)])
    expect_leak("published interactions that are in no part", prepared, data=short)


def test_contrasts_that_are_training_pairs_are_found(prepared):
    data = prepared.data
    held = data.valid.interactions
    user = held.user[0]
    negative = data.valid.negative.copy()
    negative[0] = data.train.item[data.train.user == user][0]
    leaky = replace(data, valid=HeldOut(held, negative))
    expect_leak("valid negatives that are training pairs, got 1", prepared, data=leaky)


def test_contrasts_that_are_held_out_pairs_are_found(prepared):
    test = prepared.test
    negative = test.negative.copy()
    negative[0] = test.interactions.item[0]
    leaky = HeldOut(test.interactions, negative)
    expect_leak("test negatives that are test pairs, got 1", prepared, test=leaky)


def test_features_that_know_the_held_out_credits_are_found(raw, imdb):
    """The published vectors of actors: means over all their movies."""
    published = sp.csr_array(sp.load_npz(raw["imdb"] / "features_2.npz"))
    leaky = replace(imdb.data, user_features={"keywords": published})
    expect_leak("users whose keywords feature knows more than training", imdb, data=leaky)


@pytest.mark.parametrize("side", ["user", "item"])
def test_one_altered_feature_is_found(prepared, side):
    features = dict(getattr(prepared.data, f"{side}_features"))
    name = next(iter(features))
    block = features[name].tolil()
    block[0, 0] += 1
    features[name] = sp.csr_array(block)
    leaky = replace(prepared.data, **{f"{side}_features": features})
    expect_leak(f"{side}s whose {name} feature knows more", prepared, data=leaky)


def test_a_feature_that_is_no_number_is_found(imdb):
    block = imdb.data.user_features["keywords"].copy()
    block.data[0] = np.nan
    leaky = replace(imdb.data, user_features={"keywords": block})
    expect_leak("users whose keywords feature", imdb, data=leaky)


def test_a_feature_that_training_cannot_rebuild_is_found(prepared):
    """Such as the number of ratings of an item, the held-out ones too."""
    data, test = prepared.data, prepared.test
    every = joined(joined(data.train, data.valid.interactions), test.interactions)
    degree = np.bincount(every.item, minlength=data.num_items).astype(np.float32)
    features = data.item_features | {"degree": sp.csr_array(degree[:, None])}
    expect_leak("items whose degree feature", prepared, data=replace(data, item_features=features))


def test_held_out_edges_in_the_graph_are_found(prepared):
    data, test = prepared.data, prepared.test
    for part, name in ((data.valid.interactions, "valid"), (test.interactions, "test")):
        leaky = matrix_of(replace(data, train=joined(data.train, first(part))))
        with pytest.raises(LeakError, match=f"edges of the graph that are {name} pairs, got 6"):
            audit_graph(leaky, data, test)


def planted(data, places) -> sp.csr_array:
    matrix = matrix_of(data).tolil()
    for row, column, value in places:
        matrix[row, column] = value
    result = sp.csr_array(matrix.tocsr())
    result.eliminate_zeros()
    return result


def test_an_edge_in_one_direction_only_is_found(prepared):
    data, test = prepared.data, prepared.test
    user, item = int(data.train.user[0]), int(data.train.item[0]) + data.num_users
    for place, way in (((user, item), "from"), ((item, user), "to")):
        with pytest.raises(
            LeakError, match=f"training pairs without an edge {way} the user, got 1"
        ):
            audit_graph(planted(data, [(*place, 0)]), data, test)


def test_a_held_out_edge_in_one_direction_is_found(prepared):
    data, test = prepared.data, prepared.test
    held = test.interactions
    user, item = int(held.user[0]), int(held.item[0]) + data.num_users
    for place in ((user, item), (item, user)):
        with pytest.raises(LeakError, match="test pairs, got 1"):
            audit_graph(planted(data, [(*place, 0.5)]), data, test)


def test_an_edge_of_an_unknown_pair_is_found(prepared):
    data, test = prepared.data, prepared.test
    user, item = int(test.interactions.user[0]), int(test.negative[0]) + data.num_users
    with pytest.raises(LeakError, match="edges of the graph that are no training pairs, got 1"):
        audit_graph(planted(data, [(user, item, 0.5)]), data, test)


@pytest.mark.parametrize("nodes", ["users", "items"])
def test_an_edge_between_two_users_or_two_items_is_found(prepared, nodes):
    data, test = prepared.data, prepared.test
    start = 0 if nodes == "users" else data.num_users
    for here, there in ((start, start + 1), (start + 1, start), (start, start)):
        with pytest.raises(LeakError):
            audit_graph(planted(data, [(here, there, 0.5)]), data, test)
