"""Conditions on features, held against plain loops over the blocks."""

import numpy as np
import pytest
import scipy.sparse as sp

from graphrec.answers.catalogue import Catalogue
from graphrec.answers.errors import AnswerError
from graphrec.data.dataset import Entities, FeatureBlock
from graphrec.data.features import categorical, numeric

GENRES = np.array(["Comedy", "Drama", "Sci-Fi", "drama"])
FLAGS = np.array([[1, 0, 0, 0], [2, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]], np.float32)
YEARS = np.array([1990, 1995, 0, np.nan, 1989.5], np.float32)
STUDIOS = np.array(["A = B", "b", "", "b", "c"])
ITEMS = Catalogue(
    Entities(
        np.array(list("vwxyz")),
        np.array(list("vwxyz")),
        {
            "genre": FeatureBlock("multi_valued", sp.csr_array(FLAGS), GENRES),
            "year": numeric("year", YEARS),
            "studio": categorical(STUDIOS),
        },
    ),
    "film",
)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([], "vwxyz"),
        (["genre=Comedy"], "vw"),
        (["genre=comedy"], "vw"),
        (["GENRE = SCI-FI"], "x"),
        (["genre=Drama"], "wx"),
        (["genre=drama"], "y"),
        (["genre=Comedy", "genre=Drama"], "w"),
        (["year>=1990"], "vw"),
        (["year>1990"], "w"),
        (["year<=1990"], "vxz"),
        (["year<1990"], "xz"),
        (["year = 0"], "x"),
        (["year=1989.5"], "z"),
        (["genre=Comedy", "year>=1995"], "w"),
        (["studio=a = b"], "v"),
        (["studio=B"], "wy"),
    ],
)
def test_those_who_satisfy_all_conditions(conditions, expected):
    assert "".join(np.array(ITEMS.ids)[ITEMS.where(conditions)]) == expected


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("gener=Comedy", "expected a block, got 'gener': choose one of genre, "),
        ("genre=Comdey", "a value of genre, got 'Comdey': choose one of Comedy, "),
        ("genre>Comedy", "write genre=Comedy"),
        ("year=new", "expected a number after year=, got 'new'"),
        ("year>=nan", "expected a number"),
        ("year>=", "expected a number"),
        ("Comedy", "about genre, year, studio"),
        ("", "expected a condition"),
        ("=", "expected a condition"),
    ],
)
def test_what_is_not_there_lists_what_is(condition, message):
    with pytest.raises(AnswerError) as caught:
        ITEMS.where([condition])
    assert message in str(caught.value)


def test_at_most_ten_are_listed():
    words = categorical(np.array([f"word {number}" for number in range(30)]))
    names = np.arange(30).astype(str)
    with pytest.raises(AnswerError, match=r"word 29, .* and 20 more"):
        Catalogue(Entities(names, names, {"w": words}), "x").where(["w=word 029"])
    with pytest.raises(AnswerError, match="no features are known"):
        Catalogue(Entities(names, names), "x").where(["genre"])
