"""The operator against the dense equation, in every form that PyG gives a graph."""

import pytest
import torch
from torch_geometric.nn import LGConv
from torch_geometric.typing import SparseTensor
from torch_geometric.utils import degree

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.models.ngcf_conv import NGCFConv, SymmetricNGCFConv
from graphrec.models.propagation import ngcf_layer

pytestmark = pytest.mark.filterwarnings(  # both tell of torch's layout, once a process
    "ignore:Sparse CSR tensor support is in beta state",
    "ignore:Sparse invariant checks are implicitly disabled",
)
NODES, IN, OUT = 6, 4, 4
EDGES = torch.tensor([[0, 1, 2, 3, 0, 4, 2], [3, 3, 4, 0, 4, 1, 0]])
"""Directed; node 5 is isolated."""


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(NODES, IN)


@pytest.fixture
def conv() -> NGCFConv:
    conv = NGCFConv(IN, OUT)
    torch.nn.init.normal_(conv.bias)
    return conv


def dense(weight: torch.Tensor) -> torch.Tensor:
    """Row = receiver."""
    return torch.zeros(NODES, NODES).index_put((EDGES[1], EDGES[0]), weight)


def laplacian(weight: torch.Tensor) -> torch.Tensor:
    matrix = dense(weight)
    scale = matrix.sum(dim=1).clamp(min=0)
    scale = torch.where(scale > 0, scale.rsqrt(), 0)
    return scale[:, None] * matrix * scale


def expected(conv: NGCFConv, x: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    w1, w2 = conv.weight.chunk(2, dim=1)
    z = (matrix @ x + x) @ w1.T + (matrix @ x * x) @ w2.T + conv.bias
    return torch.where(z > 0, z, 0.2 * z)


def test_normalises_edges_matrices_and_weights(conv, x):
    ones, weight = torch.ones(EDGES.shape[1]), torch.rand(EDGES.shape[1])
    adj_t = SparseTensor(row=EDGES[1], col=EDGES[0], sparse_sizes=(NODES, NODES))
    csr = dense(ones).to_sparse_csr()
    for graph in (EDGES, adj_t, csr):
        torch.testing.assert_close(conv(x, graph), expected(conv, x, laplacian(ones)))
    weighted = conv(x, EDGES, weight)
    torch.testing.assert_close(weighted, expected(conv, x, laplacian(weight)))
    assert degree(EDGES[1], NODES)[5] == 0
    assert torch.isfinite(weighted).all()


def test_takes_weights_as_they_are_without_normalisation(x):
    conv, weight = NGCFConv(IN, OUT, normalize=False), torch.rand(EDGES.shape[1])
    for arguments in ((EDGES, weight), (dense(weight).to_sparse_csr(),)):
        torch.testing.assert_close(conv(x, *arguments), expected(conv, x, dense(weight)))


def test_normalises_as_pyg_does(conv, x):
    with torch.no_grad():
        conv.weight.zero_()
        conv.weight[:, :IN] = torch.eye(IN)
        conv.bias.zero_()
    conv.negative_slope = 1.0
    torch.testing.assert_close(conv(x, EDGES), LGConv()(x, EDGES) + x)


def test_other_widths_slopes_and_no_bias(x):
    conv = NGCFConv(IN, 7, negative_slope=0.0, bias=False)
    assert conv(x, EDGES).shape == (NODES, 7)
    assert (conv(x, EDGES) >= 0).all()
    assert conv.bias is None
    assert str(conv) == "NGCFConv(4, 7, negative_slope=0.0)"


def test_reset_parameters_draws_anew(conv):
    before = conv.weight.detach().clone()
    conv.reset_parameters()
    assert not torch.equal(conv.weight, before)
    assert not conv.bias.any()


def test_gradcheck(x):
    conv = NGCFConv(IN, OUT).double()
    x = x.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x, *_: conv(x, EDGES), (x, *conv.parameters()))


def test_a_model_s_layer_is_its_state(conv):
    layer = ngcf_layer(IN)
    conv.load_state_dict(layer.state_dict())
    assert torch.equal(conv.weight, layer.weight)


def test_over_a_symmetric_matrix_both_give_the_same_with_the_same_gradient(x):
    graph = BipartiteGraph(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 2]), 2, 4)
    conv, symmetric = (
        NGCFConv(IN, OUT, normalize=False),
        SymmetricNGCFConv(IN, OUT, normalize=False),
    )
    symmetric.load_state_dict(conv.state_dict())
    x.requires_grad_()
    outputs = [operator(x, graph.adjacency()) for operator in (conv, symmetric)]
    torch.testing.assert_close(*outputs)
    gradients = [torch.autograd.grad(out.square().sum(), x)[0] for out in outputs]
    torch.testing.assert_close(*gradients)
