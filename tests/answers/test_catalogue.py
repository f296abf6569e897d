"""Names in, numbers out: ids before titles, texts as they are, and what is nearest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphrec.answers.catalogue import Catalogue
from graphrec.answers.errors import AnswerError
from graphrec.data.dataset import Entities

FILMS = {
    "1": "Godfather, The (1972)",
    "2": "Fargo (1996)",
    "3": "Chasing Amy (1997)",
    "4": "Chasing Amy (1997)",
    "5": "Enfer, L' (1994)",
    "6": "Umbrellas of Cherbourg, The (Parapluies de Cherbourg, Les) (1964)",
    "7": "Shall We Dance? (1937)",
    "8": "Shall We Dance? (1996)",
    "9": "2",
    "10": "(500) Days",
}


def catalogue(names: dict[str, str]) -> Catalogue:
    ids, titles = np.array(list(names), np.str_), np.array(list(names.values()), np.str_)
    return Catalogue(Entities(ids, titles), "film")


def identity_of(name: str | int) -> str:
    """The id of what a name stands for."""
    films = catalogue(FILMS)
    return films.ids[films.find(name)]


def fault(name: str, names: dict[str, str] = FILMS) -> str:
    with pytest.raises(AnswerError) as caught:
        catalogue(names).find(name)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("2", "2"),  # not the film of that title
        (2, "2"),
        ("Fargo (1996)", "2"),
        ("fargo (1996)", "2"),
        ("FARGO", "2"),
        (" Fargo  (1996)", "2"),
        ("Godfather, The (1972)", "1"),
        ("The Godfather (1972)", "1"),
        ("the godfather", "1"),
        ("Godfather, The", "1"),
        ("L'Enfer", "5"),
        ("The Umbrellas of Cherbourg", "6"),
        ("the umbrellas of cherbourg (parapluies de cherbourg, les) (1964)", "6"),
        ("Shall we dance? (1996)", "8"),
        ("(500) days", "10"),
    ],
)
def test_a_film_is_known_by_many_names(name, identity):
    assert identity_of(name) == identity


@pytest.mark.parametrize("name", ["Fargo (1997)", "01", "1.0", "", " ", "-1", "x" * 500])
def test_another_name_is_nobody_s(name):
    assert "the nearest are" in fault(name)


def test_leading_zeros_make_another_id_and_the_nearest_is_said():
    assert "got '01': the nearest are 1 (Godfather, The (1972)), " in fault("01")
    both = {"1": "a", "01": "b", "001": "c"}
    for number, identity in enumerate(both):
        assert catalogue(both).find(identity) == number


def test_a_title_of_two_lists_both_ids():
    message = fault("Chasing Amy (1997)")
    assert "3 (Chasing Amy (1997)), 4 (Chasing Amy (1997))" in message
    assert "7 (Shall We Dance? (1937)), 8 (Shall We Dance? (1996))" in fault("Shall we dance?")
    many = {str(number): "same" for number in range(30)}
    assert fault("same", many).endswith("9 (same) and 20 more")


def test_a_misspelt_title_names_the_nearest_three():
    message = fault("Frago")
    assert message.count("), ") == 2
    assert "the nearest are 2 (Fargo (1996)), " in message
    assert "the nearest are 1 (Godfather, The (1972)), " in fault("The Godfathr")
    assert "the nearest are 3 (Chasing Amy (1997)), 4 " in fault("Chasing Any (1997)")


TEXT = st.text(st.characters(exclude_characters="\0"), max_size=8)  # NumPy ends texts there


@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=12))
def test_every_id_is_found_whatever_the_titles_are(names):
    films = catalogue(names)
    for number, identity in enumerate(films.ids):
        assert films.find(identity) == number


@given(st.dictionaries(TEXT, st.sampled_from(["A, The (1990)", "The A", "a", "B"]), min_size=1))
def test_a_title_finds_its_own_or_says_all_who_have_it(names):
    films = catalogue(names)
    for title in set(films.titles) - set(films.ids):
        having = [n for n, other in enumerate(films.titles) if other == title]
        if len(having) == 1:
            assert films.find(title) == having[0]
        else:
            with pytest.raises(AnswerError, match=f"the title of {len(having)}"):
                films.find(title)


@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=12), TEXT, st.integers(1, 5))
def test_the_nearest_are_distinct_and_there(names, name, most):
    films = catalogue(names)
    numbers = films.nearest(name, most)
    assert len(set(numbers)) == len(numbers) <= most
    assert all(0 <= number < len(films) for number in numbers)
