"""What would make a compiled pass read or write elsewhere is refused before it is called."""

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec.graph.bipartite import build_graph
from graphrec.graph.kernels import NO_DROPOUT, Entries, native
from graphrec.graph.sparse import csr_matrix, from_scipy
from tests.datasets import dataset, interactions
from tests.graph.kernels.compiler import compiled

MATRIX = from_scipy(sp.csr_array(np.eye(3, 4)))
X = torch.ones(4, 2)
SQUARE = from_scipy(sp.csr_array(np.eye(4)))
PAIRS = torch.tensor([0, 1, 3])


@compiled
@pytest.mark.parametrize(
    ("x", "out"),
    [
        (X[:3], None),
        (X.double(), None),
        (X[:, 0], None),
        (X, torch.ones(4, 2)),
        (X, torch.ones(2, 3).T),
        (X, torch.ones(3, 2, dtype=torch.double)),
    ],
)
def test_a_product_takes_what_fits(x, out):
    with pytest.raises(ValueError, match=r"expected (x|out) "):
        native.product(MATRIX, x, out)


@compiled
def test_a_matrix_of_other_numbers_is_refused():
    wrong = csr_matrix(
        MATRIX.crow_indices(), MATRIX.col_indices(), MATRIX.values().double(), (3, 4)
    )
    with pytest.raises(ValueError, match=r"expected values of torch\.float32"):
        native.product(wrong, X)


@compiled
@pytest.mark.parametrize("number", [-1, 4, 2**40])
@pytest.mark.parametrize("place", ["first", "second"])
def test_pairs_are_of_rows_that_there_are(number, place):
    wrong = PAIRS.clone()
    wrong[1] = number
    pairs = (wrong, PAIRS) if place == "first" else (PAIRS, wrong)
    with pytest.raises(ValueError, match=f"expected {place} from 0 to below 4"):
        native.pair_dots(X, *pairs)
    with pytest.raises(ValueError, match=f"expected {place} from 0 to below 4"):
        native.pair_gradient(torch.ones(3), X, *pairs)


@compiled
def test_pairs_have_two_ends_and_a_gradient_each():
    for second in (PAIRS[:2], PAIRS.int()):
        with pytest.raises(ValueError, match="expected second"):
            native.pair_dots(X, PAIRS, second)
    with pytest.raises(ValueError, match="expected gradient"):
        native.pair_gradient(torch.ones(2), X, PAIRS, PAIRS)


@compiled
@pytest.mark.parametrize(
    ("name", "wrong"),
    [("weight", torch.ones(2, 3)), ("bias", torch.ones(3)), ("unit", torch.ones(3, 2))],
)
def test_a_layer_takes_what_fits(name, wrong):
    given = {"weight": torch.ones(2, 4), "bias": torch.ones(2), "unit": torch.empty(4, 2)}
    given |= {name: wrong}
    with pytest.raises(ValueError, match=f"expected {name} "):
        native.layer(
            SQUARE, X, given["weight"], given["bias"], 0.2, 1e-12, NO_DROPOUT, given["unit"]
        )


@compiled
def test_entries_are_as_many_as_their_ends():
    numbers = torch.zeros(2, dtype=torch.int32)
    entries = Entries(torch.tensor([0, 2], dtype=torch.int32), *[numbers] * 4)
    mask, scale = torch.ones(1, dtype=torch.bool), torch.ones(1)
    native.select_entries(entries, mask, scale)
    for wrong in (entries._replace(edge=numbers[:1]), entries._replace(column=numbers.long())):
        with pytest.raises(ValueError, match="expected "):
            native.select_entries(wrong, mask, scale)
    with pytest.raises(ValueError, match="expected edge_mask"):
        native.select_entries(entries, mask.int(), scale)


def test_a_graph_has_the_ends_of_its_edges():
    data = dataset(2, 3, interactions([0, 1], [1, 2], [3, 4]))
    graph = build_graph(data)
    with pytest.raises(ValueError, match="expected a mask of 2 edges"):
        graph.adjacency(torch.ones(3, dtype=torch.bool))
    for user, item in (([0, 2], [1, 2]), ([0, 1], [1, 3]), ([0, -1], [0, 0])):
        with pytest.raises(ValueError, match=r"expected (users|items) from 0 to below"):
            build_graph(dataset(2, 3, interactions(user, item, [3, 4])))


def test_a_matrix_has_the_columns_that_it_names():
    wrong = sp.csr_array(np.eye(3))
    wrong.indices[1] = 7
    with pytest.raises(ValueError, match="indices"):
        from_scipy(wrong)
