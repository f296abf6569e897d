"""Forms of a title under which it is looked up: `Godfather, The (1972)` is `The Godfather`."""

import re
import unicodedata

ARTICLES = "the|a|an|le|la|les|l'|un|une|il|lo|gli|i|el|los|las|der|die|das"
ARTICLE_LAST = re.compile(rf"(?P<title>.+?), (?P<article>{ARTICLES})(?P<brackets>(?: \(.*)?)")
BRACKETS = re.compile(r"(?<=.)(?: \([^()]*\))+$")
"""A year, or another title before it: ` (Parapluies de Cherbourg, Les) (1964)`."""


def folded(title: str) -> str:
    """Without differences of case, of Unicode composition and of spaces."""
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def in_order(title: str) -> str:
    """`folded`, with an article where it is spoken."""
    text = folded(title)
    if match := ARTICLE_LAST.fullmatch(text):
        space = "" if match["article"].endswith("'") else " "
        text = f"{match['article']}{space}{match['title']}{match['brackets']}"
    return text


def bare(title: str) -> str:
    """`in_order`, without a year and other brackets at the end."""
    return BRACKETS.sub("", in_order(title))
