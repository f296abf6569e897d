"""The compiled passes against the same in torch."""

import numpy as np
import pytest
import scipy.sparse as sp
import torch
from torch.nn import functional as F

from graphrec.graph.kernels import NO_DROPOUT, Dropout, Entries, kernels_for, native, reference
from graphrec.graph.sparse import from_scipy
from graphrec.models.ngcf_conv import NGCFConv
from tests.graph.kernels.compiler import compiled

DIMS = pytest.mark.parametrize("dim", [1, 6, 16, 40, 64, 98, 128])
ROWS = 301
OPTIONS = (0.2, 1e-12)


@pytest.fixture(params=[1, 2, 3], autouse=True)
def _threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def matrix() -> torch.Tensor:
    """Symmetric, its last rows empty and its first one long."""
    rng = np.random.default_rng(0)
    dense = np.where(rng.random((ROWS, ROWS)) < 0.02, rng.random((ROWS, ROWS)), 0)
    dense[0] = 1
    dense[-5:] = dense[:, -5:] = 0
    return from_scipy(sp.csr_array(dense + dense.T))


def make_conv(dim: int) -> NGCFConv:
    conv = NGCFConv(dim, dim, normalize=False)
    torch.nn.init.normal_(conv.weight, std=1 / dim)
    torch.nn.init.normal_(conv.bias)
    return conv


def assert_close(actual, expected) -> None:
    torch.testing.assert_close(actual, expected, atol=1e-5, rtol=1e-5)


@compiled
@DIMS
def test_product(matrix, dim):
    x, more = torch.randn(2, ROWS, dim)
    expected = reference.product(matrix, x)
    assert_close(native.product(matrix, x), expected)
    assert_close(native.product(matrix, x, out=more.clone()), more + expected)
    assert_close(reference.product(matrix, x, out=more.clone()), more + expected)


@compiled
@pytest.mark.parametrize("kernels", [native, reference])
def test_a_column_of_a_product_is_the_same_beside_any_others(matrix, kernels):
    """To the bit: `Walk` relies on it."""
    x = torch.randn(ROWS, 700)
    whole = kernels.product(matrix, x)
    for first, last in ((0, 1), (3, 5), (17, 40), (96, 193), (1, 700)):
        assert torch.equal(kernels.product(matrix, x[:, first:last]), whole[:, first:last])


@compiled
def test_products_with_a_matrix_that_is_larger_than_a_block():
    """Which is gone through a part at a time."""
    rng, count, dim = np.random.default_rng(0), 50_000, 112
    dense = sp.random_array((count, count), density=2e-4, rng=rng, format="csr", dtype=np.float32)
    whole = from_scipy(sp.csr_array(dense + dense.T))
    x, conv, unit = torch.randn(count, dim), make_conv(dim), torch.empty(count, dim)
    assert_close(native.product(whole, x), reference.product(whole, x))
    native.layer(whole, x, conv.weight, conv.bias, *OPTIONS, NO_DROPOUT, unit)
    assert_close(unit, F.normalize(conv(x, whole), dim=1).detach())


@compiled
@pytest.mark.parametrize("dim", [6, 16, 40, 64, 98, 128])
@pytest.mark.parametrize("rate", [0.0, 0.3])
@pytest.mark.parametrize("passed_on", [True, False])
def test_layer_and_its_gradient_are_those_of_ngcf_conv(matrix, dim, rate, passed_on):
    x, conv = torch.randn(ROWS, dim, requires_grad=True), make_conv(dim)
    dropout = Dropout.draw(rate)
    of_blocks, of_update = torch.randn(ROWS, 2 * dim), torch.randn(ROWS, dim) if passed_on else None
    of_unit = of_blocks[:, dim:]

    update = conv(x, matrix) * reference.drop_(torch.ones(ROWS, dim), dropout)
    expected = [update, F.normalize(update, dim=1)]
    gradients = [of_update if passed_on else torch.zeros(ROWS, dim), of_unit]
    expected += torch.autograd.grad(expected, (x, conv.weight, conv.bias), gradients)

    with torch.no_grad():
        unit = torch.empty(ROWS, 3 * dim)[:, dim : 2 * dim]
        given = (matrix, x, conv.weight, conv.bias, *OPTIONS, dropout, unit)
        neighbors, update, norm = native.layer(*given)
        given = (of_unit, of_update, x, neighbors, update, unit, norm, conv.weight)
        of_x, of_neighbors, *others = native.layer_gradient(*given, 0.2, dropout)
        native.product(matrix, of_neighbors, out=of_x)
    for actual, value in zip([update, unit, of_x, *others], expected, strict=True):
        torch.testing.assert_close(actual, value.detach(), atol=1e-4, rtol=1e-4)


@compiled
@DIMS
@pytest.mark.parametrize("pairs", [0, 1, 500])
def test_pairs_and_their_gradient(dim, pairs):
    x, gradient = torch.randn(ROWS, dim), torch.randn(pairs)
    first, second = torch.randint(ROWS // 2, (2, pairs))
    assert_close(native.pair_dots(x, first, second), reference.pair_dots(x, first, second))
    of_x = native.pair_gradient(gradient, x, first, second)
    assert_close(of_x, reference.pair_gradient(gradient, x, first, second))


@compiled
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_selected_entries(matrix, share):
    column, count = matrix.col_indices(), len(matrix.values())
    row = torch.repeat_interleave(torch.arange(ROWS), matrix.crow_indices().diff()).int()
    edge = torch.randperm(count).int()
    entries = Entries(matrix.crow_indices(), column, edge, row, column)
    arguments = entries, torch.rand(count) < share, torch.rand(ROWS)
    results = native.select_entries(*arguments), reference.select_entries(*arguments)
    for selected, expected in zip(*results, strict=True):
        assert torch.equal(selected, expected)


@compiled
def test_dropout_drops_the_same_entries():
    dropout = Dropout.draw(0.4)
    x = torch.randn(77, 13)
    assert torch.equal(native.drop_(x.clone(), dropout), reference.drop_(x.clone(), dropout))


@compiled
def test_a_number_that_is_none_stays_one(matrix):
    """A diverged training has to be seen as one."""
    x = torch.randn(ROWS, 32)
    x[3, 5] = torch.nan
    assert native.product(matrix, x).isnan().any()
    assert native.drop_(x, Dropout.draw(0.999)).isnan().any()


@compiled
def test_the_same_input_gives_the_same_bits(matrix):
    x, weight, bias = torch.randn(ROWS, 64), torch.randn(64, 128), torch.randn(64)
    unit = torch.empty(ROWS, 64)

    def once() -> list[torch.Tensor]:
        neighbors, update, norm = native.layer(matrix, x, weight, bias, *OPTIONS, NO_DROPOUT, unit)
        given = (x, x, x, neighbors, update, unit, norm, weight)
        return [unit.clone(), *native.layer_gradient(*given, 0.2, NO_DROPOUT)]

    for first, second in zip(once(), once(), strict=True):
        assert torch.equal(first, second)


def test_double_precision_is_torch_s():
    assert kernels_for(torch.ones(1, dtype=torch.double)) is reference
