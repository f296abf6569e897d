"""A little of `python -m tests.fuzz`."""

import pytest

from tests.fuzz import TARGETS, fuzz


@pytest.mark.parametrize("name", TARGETS)
def test_readers_say_what_is_wrong_in_their_own_words(name):
    fuzz(name, 60, same=True)
