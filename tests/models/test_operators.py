"""Dot products and dropout: values, and derivatives against numerical ones."""

import pytest
import scipy.sparse as sp
import torch

from graphrec.graph.sparse import from_scipy
from graphrec.models.operators import dot_block, dot_pairs, drop, propagate_with

NODES, DIM = 6, 4


def doubles(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(shape, dtype=torch.double, generator=generator).requires_grad_()


@pytest.mark.parametrize("count", [0, 1, 9])
def test_dot_pairs_are_those_of_the_block_with_its_gradient(count):
    """Pairs that come twice, and nodes that are in none, too."""
    generator = torch.Generator().manual_seed(count)
    first, second = torch.randint(NODES - 1, (2, count), generator=generator)
    nodes = doubles(NODES, DIM)
    block = dot_block(nodes, torch.arange(NODES), torch.arange(NODES))
    torch.testing.assert_close(dot_pairs(nodes, first, second), block[first, second])
    assert torch.autograd.gradcheck(lambda x: dot_pairs(x, first, second), (nodes,))


def test_a_product_has_the_derivative_of_the_dense_one():
    dense = sp.random_array((NODES, 3), density=0.5, rng=0, format="csr")
    matrix, transpose = (from_scipy(sp.csr_array(each)) for each in (dense, dense.T))
    x, twin = (doubles(3, DIM).detach().float().requires_grad_() for _ in range(2))
    weight = doubles(NODES, DIM).detach().float()
    (propagate_with(matrix, transpose, x) * weight).sum().backward()
    (matrix.to_dense() @ twin * weight).sum().backward()
    torch.testing.assert_close(x.grad, twin.grad)


def test_rows_drop_what_they_drop_in_the_whole():
    x = torch.ones(NODES, DIM)
    torch.manual_seed(0)
    whole = drop(x, 0.5)
    for first in range(NODES):
        torch.manual_seed(0)
        assert torch.equal(drop(x[first:], 0.5, first), whole[first:])


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_what_is_dropped_is_the_rate_and_the_rest_keeps_the_mean(rate):
    torch.manual_seed(0)
    x = torch.ones(1001, 101, requires_grad=True)
    dropped = drop(x, rate)
    # 101,101 draws: five standard errors of a rate of a half are 0.008.
    assert (dropped == 0).float().mean().item() == pytest.approx(rate, abs=0.008)
    torch.testing.assert_close(dropped[dropped != 0].unique(), torch.tensor([1 / (1 - rate)]))
    dropped.sum().backward()
    assert torch.equal(x.grad, dropped)
