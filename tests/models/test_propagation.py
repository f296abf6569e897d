"""NGCF's layers as one operator: against numerical derivatives, and in both its makes."""

import pytest
import torch

from graphrec.graph.kernels import native
from graphrec.graph.sparse import from_scipy, to_scipy
from graphrec.models.operators import propagate
from graphrec.models.propagation import ngcf_layer, propagate_layer, propagate_layers
from tests.graph.kernels.compiler import compiled
from tests.models.test_ngcf import LARGE, SMALL

DIM = 4


def inputs(graph, dtype=torch.double):
    adjacency = from_scipy(to_scipy(graph.adjacency())).to(dtype)
    first, x = torch.randn(2, graph.num_nodes, DIM, dtype=dtype).unbind()
    layers = [ngcf_layer(DIM).to(dtype) for _ in range(2)]
    return adjacency, first.requires_grad_(), x.requires_grad_(), layers


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_it_passes_gradcheck(dropout):
    adjacency, first, x, layers = inputs(SMALL)

    def run(first, x, *_):
        torch.manual_seed(3)  # the same entries dropped at every call
        return propagate_layers(adjacency, first, x, layers, dropout)

    parameters = [parameter for layer in layers for parameter in layer.parameters()]
    assert torch.autograd.gradcheck(run, (first, x, *parameters))


def test_the_same_tensor_may_be_first_and_what_is_passed_on():
    adjacency, _, x, layers = inputs(SMALL)
    assert torch.autograd.gradcheck(lambda x: propagate_layers(adjacency, x, x, layers, 0.0), (x,))


def test_without_layers_only_the_first_block_is_left():
    adjacency, first, x, _ = inputs(SMALL)
    nodes = propagate_layers(adjacency, first, x, [], 0.1)
    assert torch.equal(nodes, first)
    nodes.sum().backward()
    assert torch.equal(first.grad, torch.ones_like(first))


def test_what_is_negative_passes_a_layer_at_a_fifth():
    """As in the authors' code; the paper names no slope."""
    layer = ngcf_layer(2)
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.copy_(torch.tensor([-5.0, 1.0]))
    x = torch.ones(SMALL.num_nodes, 2)
    nodes = propagate_layers(SMALL.adjacency(), x, x, [layer], 0.0)
    expected = torch.tensor([-1.0, 1.0]).div(2**0.5).expand(len(x), 2)
    torch.testing.assert_close(nodes[:, 2:], expected)
    torch.testing.assert_close(propagate_layer(layer, x, x), expected * 2**0.5)


@compiled
def test_compiled_and_torch_s_own_agree(monkeypatch):
    results = []
    for library in (native.library(), None):
        monkeypatch.setattr(native, "library", lambda library=library: library)
        torch.manual_seed(5)
        adjacency, first, x, layers = inputs(LARGE, torch.float)
        nodes = propagate_layers(adjacency, first, x, layers, 0.2)
        (nodes * torch.linspace(-1, 1, nodes.numel()).view_as(nodes)).sum().backward()
        gradients = [first.grad, x.grad, *(p.grad for layer in layers for p in layer.parameters())]
        results.append([nodes, *gradients, propagate(adjacency, x)])
    for compiled_value, expected in zip(*results, strict=True):
        torch.testing.assert_close(compiled_value, expected, atol=1e-5, rtol=1e-4)


def test_about_the_rate_is_dropped_from_every_layer():
    adjacency, first, x, layers = inputs(LARGE, torch.float)
    nodes = propagate_layers(adjacency, first, x, layers, 0.5)
    share = (nodes[:, DIM:] == 0).float().mean().item()
    assert share == pytest.approx(0.5, abs=0.12)  # 640 draws: six standard errors
