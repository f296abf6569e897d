"""What is wrong with a question, in words that help to mend it."""

from collections.abc import Sequence

from graphrec.config.errors import GraphrecError


class AnswerError(GraphrecError):
    """The question cannot be answered; the message says what was expected, what came and what to
    do."""


class UsageError(AnswerError):
    """The question itself is incomplete, or contradicts itself."""


def at_most_one(**options: bool) -> None:
    """Raises UsageError where several of these options are given."""
    if sum(options.values()) > 1:
        names = ", ".join(f"--{name}" for name in options)
        raise UsageError(f"expected one of {names}, got several: leave out the others")


def nearest(text: str, names: Sequence[str], most: int) -> list[int]:
    """Places in `names` of those most like `text` by Levenshtein's ratio of common letters, best
    first; at most `most`, ties in order. Upper and lower case are alike."""
    from rapidfuzz import fuzz, process, utils

    best = process.extract(
        text, names, scorer=fuzz.ratio, processor=utils.default_process, limit=most
    )
    return [place for _, _, place in best]


def pick(text: str, names: Sequence[str], what: str, most: int = 10) -> str:
    """The one of `names` that is `text`. Raises AnswerError that lists `most` of them, the nearest
    first."""
    if text in names:
        return text
    listed = ", ".join(names[place] for place in nearest(text, names, most))
    more = f" and {len(names) - most} more" if len(names) > most else ""
    raise AnswerError(
        f"expected {what}, got {text!r}: choose one of {listed}{more}"
        if names
        else f"expected {what}, got {text!r}: here are none"
    )
