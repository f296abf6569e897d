"""What a request is answered with, whoever serves it."""

from collections.abc import Sequence

from graphrec.answers.history import History
from graphrec.answers.named import NamedAnswers, Row, in_a_sentence
from graphrec.answers.request import Request

BLOCK = 256
"""People answered at a time: bounds memory to BLOCK x items."""


def history_of(answers: NamedAnswers, request: Request) -> History:
    """Who is asked about. Raises ValueError for who or what is not in the data."""
    if request.user is not None:
        return answers.predictor.known(answers.users.find(request.user))
    names: dict[int, str] = {}
    for name in request.items or ():
        number = answers.items.find(name)
        if number in names:
            word = answers.items.word
            raise ValueError(f"expected each {word} once, got {names[number]!r} and then {name!r}")
        names[number] = name
    return answers.predictor.newcomer(list(names), request.ratings)


def recommend(
    answers: NamedAnswers, histories: Sequence[History], asked: Request
) -> list[list[Row]]:
    """The rows of a list, best first, for each of `histories`; for the rest as `asked`.

    Columns rank, item, title, score, rating or chance, and because, if it is to be explained.
    Raises ValueError for a filter on what the items do not have.
    """
    allowed = answers.items.where(asked.where.split(",")) if asked.where else None
    lists = [
        rows
        for start in range(0, len(histories), BLOCK)
        for rows in answers.recommend(
            histories[start : start + BLOCK], asked.k, not asked.exclude_seen, allowed
        )
    ]
    if asked.explain:
        for history, rows in zip(histories, lists, strict=True):
            for row in rows:
                reasons = answers.explain(history, answers.items.find(row["item"]))
                row["because"] = in_a_sentence(reasons)["because"]
    return lists
