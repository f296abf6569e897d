"""Recommendations for many users at once, in a file."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from graphrec.answers.errors import AnswerError, UsageError
from graphrec.answers.named import NamedAnswers, Row
from graphrec.answers.output import harmless
from graphrec.config.files import whole
from graphrec.data.interactions import Mask

BLOCK = 512
"""Users answered at a time: bounds memory to BLOCK x items."""


def write_batch(
    answers: NamedAnswers,
    users: Sequence[int],
    out: Path,
    k: int,
    include_seen: bool = False,
    allowed: Mask | None = None,
) -> int:
    """Write user, rank, item, title, score and rating or chance, a row an item; gives their number.

    Users in the order given, each with k rows or as many as there are items for them. The file
    appears whole, or not at all.
    """
    write, rows = writer_of(out), []
    with tqdm(total=len(users), desc="users", unit="user", disable=None) as progress:
        for start in range(0, len(users), BLOCK):
            block = users[start : start + BLOCK]
            histories = [answers.predictor.known(user) for user in block]
            lists = answers.recommend(histories, k, include_seen, allowed)
            for user, best in zip(block, lists, strict=True):
                name = {"user": answers.users.ids[user]}
                rows += [name | row for row in best]
            progress.update(len(block))
    columns = ["user", "rank", "item", "title", "score", answers.target]
    try:
        with whole(out) as part:
            write(rows, columns, part)
    except OSError as error:
        raise AnswerError(
            f"expected to write {out}, got {error.strerror}: choose a place that can be written"
        ) from error
    return len(rows)


def read_users(path: Path | None, answers: NamedAnswers) -> tuple[list[int], int]:
    """Users by number, from a file with an id in each line, and how many lines name one again.

    Without a file all users. Raises AnswerError that names the line.
    """
    if path is None:
        return list(range(len(answers.users))), 0
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AnswerError(
            f"expected a text file with a user's id in each line, got {error}: name one"
        ) from error
    users = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            users.append(answers.users.find(line.strip()))
        except AnswerError as error:
            raise AnswerError(f"{path}, line {number}: {error}") from error
    if not users:
        raise AnswerError(f"expected a user's id in each line of {path}, got none: add one")
    distinct = list(dict.fromkeys(users))
    return distinct, len(users) - len(distinct)


Writer = Callable[[list[Row], list[str], Path], None]


def _parquet(rows: list[Row], columns: list[str], path: Path) -> None:
    pd.DataFrame(rows, columns=columns).to_parquet(path, index=False)


def _csv(rows: list[Row], columns: list[str], path: Path) -> None:
    table = pd.DataFrame(rows, columns=columns)
    for name in ("user", "item", "title"):
        table[name] = table[name].map(harmless)
    table.to_csv(path, index=False, lineterminator="\n")


def _json(rows: list[Row], columns: list[str], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump(rows, file, ensure_ascii=False, allow_nan=False)


WRITERS: dict[str, Writer] = {".parquet": _parquet, ".csv": _csv, ".json": _json}


def writer_of(out: Path) -> Writer:
    """By the suffix. Raises UsageError for another, or where no file can be made."""
    if out.suffix.lower() not in WRITERS:
        raise UsageError(
            f"expected a file that ends with {', '.join(WRITERS)}, got {str(out)!r}: name one"
        )
    if not out.parent.is_dir() or out.is_dir():
        raise UsageError(f"expected a place for a file, got {str(out)!r}: make its folder first")
    return WRITERS[out.suffix.lower()]
