"""The graph that models are given: training pairs both ways, nothing held out, by any route."""

import numpy as np
import pytest

from graphrec.graph.bipartite import build_graph
from graphrec.graph.relations import rating_levels
from graphrec.graph.sparse import to_scipy


@pytest.mark.parametrize("by_relation", [False, True])
def test_messages_pass_over_training_pairs_both_ways_and_over_none_held_out(
    data, test_part, by_relation
):
    """What the models are given, of every kind: no edge from elsewhere, none missing."""
    graph = build_graph(data)
    for matrix in graph.relations() if by_relation else (graph.adjacency(),):
        row, column = (nodes % graph.num_nodes for nodes in to_scipy(matrix).nonzero())
        messages = list(zip(row.tolist(), column.tolist(), strict=True))
        assert len(set(messages)) == len(messages)
        train, *held_out = (
            {(user, item) for user, item in zip(part.user, part.item + data.num_users, strict=True)}
            for part in (data.train, data.valid.interactions, test_part.interactions)
        )
        assert set(messages) == train | {(item, user) for user, item in train}
        for pairs in held_out:
            assert not set(messages) & (pairs | {(item, user) for user, item in pairs})


def test_degrees_are_of_training_pairs_alone(data):
    matrix = to_scipy(build_graph(data).adjacency()).toarray()
    of_users = np.bincount(data.train.user, minlength=data.num_users)
    of_items = np.bincount(data.train.item, minlength=data.num_items)
    degree = np.concatenate([of_users, of_items])
    user, item = data.train.user, data.train.item + data.num_users
    np.testing.assert_allclose(matrix[user, item], 1 / np.sqrt(degree[user] * degree[item]), 1e-6)


def test_as_many_ratings_as_may_have_relations_have_one_each_however_rare():
    rating = np.repeat(np.arange(1, 11), [1, 1, 1, 1, 1, 1, 1, 1, 1, 500]).astype(np.float32)
    np.testing.assert_array_equal(rating_levels(rating), np.arange(1, 11))
