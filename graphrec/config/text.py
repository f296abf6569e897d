"""Names that come with the data, where a person reads them."""

import re


def printable(text: str) -> str:
    """With control characters, and what turns the direction of text, as escapes."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def plural(noun: str) -> str:
    """Of a regular English noun: actors, stories, classes."""
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if re.search(r"(s|x|z|ch|sh)$", noun) else f"{noun}s"
