"""Shares of a graph against the whole of it; processes are threads here."""

import threading

import numpy as np
import pytest
import torch

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.group import Group
from graphrec.graph.partition import USER_COST, divide_users, in_group, share_of
from graphrec.models.operators import drop, propagate, propagate_with
from tests.models.networks import ITEMS, USERS, random_graph

DIM = 3
DIVISIONS = [
    [range(9)],
    [range(4), range(4, 9)],
    [range(1), range(1, 8), range(8, 8), range(8, 9)],
    [range(0), range(9)],
]


class Threads(Group):
    """Threads of this process as the processes of a group."""

    def __init__(self, rank: int, board: list, barrier: threading.Barrier) -> None:
        self.rank, self.size = rank, len(board)
        self.board, self.barrier = board, barrier

    def sum_(self, x):
        self.board[self.rank] = x.clone()
        self.barrier.wait(30)
        total = torch.stack(self.board).sum(dim=0)
        self.barrier.wait(30)
        return x.copy_(total)


def together(work, graph: BipartiteGraph, division: list[range]) -> list:
    """What `work` of each share and its users returns, all at the same time."""
    count = len(division)
    board, barrier, results = [None] * count, threading.Barrier(count), [None] * count

    def run(rank: int) -> None:
        share = in_group(share_of(graph, division[rank]), Threads(rank, board, barrier))
        results[rank] = work(share, division[rank])

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert None not in results
    return results


def rows(users: range) -> torch.Tensor:
    """Of the nodes that a process has."""
    return torch.cat([torch.arange(users.start, users.stop), torch.arange(USERS, USERS + ITEMS)])


def mask_of(graph: BipartiteGraph) -> torch.Tensor:
    return torch.arange(graph.num_edges) % 3 > 0


def dense_laplacian(graph: BipartiteGraph) -> torch.Tensor:
    """D^-1/2 A D^-1/2 of the edges that `mask_of` marks, by its definition."""
    whole = torch.zeros(USERS + ITEMS, USERS + ITEMS, dtype=torch.double)
    mask = mask_of(graph)
    whole[graph.user[mask], graph.item[mask] + USERS] = 1
    whole += whole.T.clone()
    scale = whole.sum(dim=1).clamp(min=1).rsqrt()
    return scale[:, None] * whole * scale


def energy(x: torch.Tensor, power: int) -> torch.Tensor:
    """Some nonlinear function of nodes, a sum over them."""
    return (x.tanh() ** power).sum()


@pytest.mark.parametrize("division", DIVISIONS)
def test_two_layers_and_their_gradients_are_those_of_the_dense_equation(division):
    graph = random_graph()
    torch.manual_seed(0)
    start = torch.randn(USERS + ITEMS, DIM, dtype=torch.double)
    laplacian = dense_laplacian(graph)
    whole = start.clone().requires_grad_()
    hidden = (laplacian @ whole).tanh() * whole
    output = laplacian @ hidden
    # Each user's loss looks at the user and at all items, as pairs do.
    (energy(output[:USERS], 2) + USERS * energy(output[USERS:], 3)).backward()

    def work(share, users):
        x = start[rows(users)].clone().requires_grad_()
        adjacency = share.adjacency(mask_of(graph)[share.e_id]).double()
        hidden = share.complete(propagate(adjacency, x)).tanh() * x
        result = share.complete(propagate(adjacency, hidden))
        own, items = result.tensor_split([len(users)])
        (energy(own, 2) + len(users) * energy(items, 3)).backward()
        return result.detach(), x.grad

    results = together(work, graph, division)
    of_items = torch.zeros(ITEMS, DIM, dtype=torch.double)
    for (result, gradient), users in zip(results, division, strict=True):
        # Adjacencies are of single precision.
        torch.testing.assert_close(result, output[rows(users)].detach(), atol=1e-6, rtol=1e-6)
        own, part = gradient.tensor_split([len(users)])
        torch.testing.assert_close(own, whole.grad[users.start : users.stop], atol=1e-6, rtol=1e-6)
        of_items += part
    torch.testing.assert_close(of_items, whole.grad[USERS:], atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("division", DIVISIONS)
def test_messages_by_relation_are_those_of_the_whole_graph(division):
    graph = random_graph()
    torch.manual_seed(0)
    x = torch.randn(graph.num_relations, USERS + ITEMS, DIM)
    whole = propagate_with(*graph.relations(mask_of(graph)), x.flatten(0, 1))

    def work(share, users):
        pair = share.relations(mask_of(graph)[share.e_id])
        return share.complete(propagate_with(*pair, x[:, rows(users)].flatten(0, 1)))

    for result, users in zip(together(work, graph, division), division, strict=True):
        torch.testing.assert_close(result, whole[rows(users)])


@pytest.mark.parametrize("division", DIVISIONS[1:])
def test_masks_are_those_of_the_whole_graph(division, monkeypatch):
    monkeypatch.setattr("graphrec.graph.partition.DRAWN", 7)
    graph = random_graph()
    predicted = torch.tensor([5, 0, 11, 12])
    torch.manual_seed(4)
    dropped = graph.dropout_edge(0.4, mask_of(graph))
    for users in division:
        share = share_of(graph, users)
        mine = predicted[torch.isin(predicted, share.e_id)]
        assert torch.equal(share.message_mask(mine), graph.message_mask(predicted)[share.e_id])
        torch.manual_seed(4)
        mask = share.dropout_edge(0.4, mask_of(graph)[share.e_id])
        assert torch.equal(mask, dropped[share.e_id])


def test_rows_of_a_matrix_are_dropped_as_in_the_whole():
    x = torch.ones(50, 7)
    torch.manual_seed(1)
    whole = drop(x, 0.3)
    torch.manual_seed(1)
    assert torch.equal(drop(x[20:31], 0.3, first_row=20), whole[20:31])


@pytest.mark.parametrize("count", [1, 2, 4, 12])
def test_users_are_divided_into_runs_that_cost_about_the_same(count):
    graph = random_graph()
    runs = divide_users(graph, count)
    assert len(runs) == count
    assert [user for run in runs for user in run] == [*range(USERS)]
    each = np.bincount(graph.user, minlength=USERS) + USER_COST
    costs = [each[run.start : run.stop].sum() for run in runs]
    assert max(costs) <= each.sum() / count + each.max()
