"""Names and nouns where a person reads them."""

import pytest

from graphrec.config.text import plural, printable


@pytest.mark.parametrize(
    ("noun", "expected"),
    [("actor", "actors"), ("story", "stories"), ("play", "plays"), ("box", "boxes")],
)
def test_the_plural_of_a_regular_noun(noun, expected):
    assert plural(noun) == expected


def test_control_characters_are_shown_as_escapes():
    assert printable("a\x1b[31m") == "a\\x1b[31m"
