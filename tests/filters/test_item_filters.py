"""Item filters against the same with dense matrices, and each a function of the row alone."""

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from graphrec.data.features import tf_idf, unit_rows
from graphrec.filters.item_filters import Content, CoOccurrence, ItemFilter, LowPass, Walk
from graphrec.filters.ranking import RankingFilters, log_scores
from graphrec.graph.sparse import SparseBuffer

USERS, ITEMS, COLUMNS, VECTORS = 11, 8, 6, 3
EXPONENTS = (0.7, 0.4, 0.2)
RNG = np.random.default_rng(3)
# The last user and the last item have no interaction.
R = np.where(RNG.random((USERS, ITEMS)) < 0.4, RNG.uniform(0.5, 2, (USERS, ITEMS)), 0)
R[-1], R[:, -1] = 0, 0
R = R.astype(np.float32)
MATRIX = sp.csr_array(R)
WEIGHT = RNG.normal(size=(ITEMS, ITEMS)).astype(np.float32)
VALUES = RNG.poisson(0.7, (ITEMS, COLUMNS)).astype(np.float32)
VALUES[2] = 0  # of one item nothing is known
BASIS = np.linalg.qr(RNG.normal(size=(ITEMS, VECTORS)))[0].T.astype(np.float32).copy()
DEGREE = (R > 0).sum(axis=0).astype(np.float32)


def make(name: str) -> ItemFilter:
    if name == "co_occurrence":
        return CoOccurrence(torch.from_numpy(WEIGHT))
    if name == "walk":
        return Walk(SparseBuffer.of(MATRIX), torch.tensor(EXPONENTS))
    if name == "low_pass":
        return LowPass(torch.from_numpy(BASIS), torch.from_numpy(DEGREE))
    return Content(SparseBuffer.of(tf_idf(sp.csr_array(VALUES))))


def dense(name: str, rows: np.ndarray) -> np.ndarray:
    """The same in double precision, as the docstrings write it."""
    rows, of_items = rows.astype(float), np.maximum((R > 0).sum(axis=0), 1.0)
    if name == "co_occurrence":
        return rows @ WEIGHT
    if name == "walk":
        of_users = np.maximum((R > 0).sum(axis=1), 1.0)
        first, second, third = EXPONENTS
        start, user, end = of_items**-first, of_users**-second, of_items**-third
        return rows @ np.diag(start) @ R.T @ np.diag(user) @ R @ np.diag(end)
    if name == "low_pass":
        scale = np.diag(np.sqrt(of_items))
        return rows @ np.linalg.inv(scale) @ BASIS.T @ BASIS @ scale
    profile = unit(np.where(VALUES > 0, np.log(ITEMS / np.maximum((VALUES > 0).sum(axis=0), 1)), 0))
    return unit(rows @ profile) @ profile.T


def unit(rows: np.ndarray) -> np.ndarray:
    norm = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norm > 0, norm, 1)


NAMES = pytest.mark.parametrize("name", ["co_occurrence", "walk", "low_pass", "content"])


@NAMES
def test_each_is_its_formula(name):
    scores = make(name)(MATRIX)
    assert scores.dtype == torch.float32
    np.testing.assert_allclose(scores.numpy(), dense(name, R), atol=1e-5)


@NAMES
def test_rows_of_users_of_whom_nothing_else_is_known_are_taken_too(name):
    rows = sp.csr_array(np.eye(ITEMS, dtype=np.float32)[[1, 4]] * 1.5)
    np.testing.assert_allclose(make(name)(rows).numpy(), dense(name, rows.toarray()), atol=1e-5)


@NAMES
def test_a_row_has_the_same_scores_in_any_block_and_any_order(name):
    filters, order = make(name), RNG.permutation(USERS)
    whole = filters(MATRIX).numpy()
    np.testing.assert_allclose(filters(MATRIX[order]).numpy(), whole[order], atol=1e-6)
    for user in range(USERS):
        np.testing.assert_allclose(filters(MATRIX[[user]]).numpy()[0], whole[user], atol=1e-6)


@NAMES
def test_a_row_without_items_has_zeros(name):
    assert make(name)(sp.csr_array((2, ITEMS), dtype=np.float32)).tolist() == [[0] * ITEMS] * 2


def test_walks_of_lightgcn_are_its_two_layers():
    ones = SparseBuffer.of(sp.csr_array((R > 0).astype(np.float32)))
    walk = Walk(ones, torch.tensor([0.5, 1.0, 0.5]))
    users, items = (np.maximum((R > 0).sum(axis=axis), 1.0) ** -0.5 for axis in (1, 0))
    normalised = users[:, None] * (R > 0) * items
    expected = np.eye(ITEMS) @ normalised.T @ normalised
    scores = walk(sp.csr_array(np.eye(ITEMS, dtype=np.float32)))
    np.testing.assert_allclose(scores.numpy(), expected, atol=1e-6)


def test_with_all_singular_vectors_a_row_passes_as_it_is():
    vectors = torch.linalg.qr(torch.randn(ITEMS, ITEMS))[0].T
    low_pass = LowPass(vectors, torch.from_numpy(DEGREE))
    np.testing.assert_allclose(low_pass(MATRIX).numpy(), R, atol=1e-5)


def test_profiles_of_length_one_have_a_cosine_of_one_with_themselves():
    profile = unit_rows(sp.csr_array(VALUES + 1))
    scores = Content(SparseBuffer.of(profile))(sp.csr_array(np.eye(ITEMS, dtype=np.float32)))
    np.testing.assert_allclose(scores.diagonal().numpy(), 1, atol=1e-6)


def test_logarithms_are_of_shares_of_the_row_s_mean_and_what_is_below_zero_is_zero():
    scores = torch.tensor([[4.0, 2, 0, -6], [0, 0, 0, 0], [-1, -1, 8, 0]])
    expected = np.log(np.array([[4 / 1.5, 2 / 1.5, 0, 0], [0] * 4, [0, 0, 4, 0]]) + 0.1)
    np.testing.assert_allclose(log_scores(scores).numpy(), expected, atol=1e-6)
    assert scores[0, 3] == -6  # the argument stays


def test_logarithms_do_not_depend_on_the_size_of_a_row():
    scores = torch.rand(5, 9)
    size = torch.tensor([1e-3, 1, 7, 100, 1e6])[:, None]
    torch.testing.assert_close(log_scores(scores * size), log_scores(scores), atol=1e-4, rtol=1e-4)


def test_all_stand_side_by_side_for_users_and_for_their_rows():
    names = ["co_occurrence", "content", "low_pass", "walk"]
    filters = RankingFilters(SparseBuffer.of(MATRIX), {name: make(name) for name in names})
    assert filters.names == names
    user = torch.tensor([4, 0, 4, USERS - 1])
    scores = torch.stack(filters(user))
    assert scores.shape == (4, 4, ITEMS)
    np.testing.assert_array_equal(filters.score_rows(MATRIX[user.numpy()]), scores)
    everyone = torch.stack(filters(torch.arange(USERS)))
    np.testing.assert_allclose(everyone[:, user], scores, atol=1e-5)
    for number, name in enumerate(names):
        expected = log_scores(make(name)(MATRIX[user.numpy()]))
        np.testing.assert_array_equal(scores[number], expected)


def test_without_a_filter_there_is_no_score():
    filters = RankingFilters(SparseBuffer.of(MATRIX), {})
    assert filters(torch.arange(3)) == []
