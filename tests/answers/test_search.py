"""What is typed finds ids and titles, the likeliest first."""

import numpy as np

from graphrec.answers.catalogue import Catalogue
from graphrec.answers.search import search
from graphrec.data.dataset import Entities

TITLES = ["Star Wars (1977)", "A Star", "Lone Star", "Starship", "Mustard", "É, 77"]
CATALOGUE = Catalogue(
    Entities(np.array(["1", "77", "3", "4", "5", "6"]), np.array(TITLES)), "movie"
)
COUNTED = np.array([3, 3, 3, 2, 2, 0])


def names(text: str, most: int = 10) -> list[str]:
    return [row["title"] for row in search(CATALOGUE, COUNTED, text, most)]


def test_an_id_comes_first_then_beginnings_then_words_then_the_rest():
    assert names("star") == ["Starship", "Star Wars (1977)", "Lone Star", "A Star", "Mustard"]
    assert names("77") == ["A Star", "É, 77", "Star Wars (1977)"]


def test_case_and_composition_of_letters_do_not_count():
    assert names("LONE  star ") == ["Lone Star"]
    assert names("e\u0301, 77") == ["É, 77"]


def test_nothing_typed_lists_what_is_had_most():
    assert search(CATALOGUE, COUNTED, "", 2) == [
        {"id": "4", "title": "Starship", "count": 3},
        {"id": "3", "title": "Lone Star", "count": 2},
    ]
    assert len(names("", 100)) == len(TITLES)
    assert names("nothing of the kind") == []
