"""Who is asked about: a user of the training data, or somebody new and what they did."""

import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from graphrec.answers.errors import AnswerError
from graphrec.answers.history import NOTHING, History
from graphrec.answers.named import NamedAnswers

MOST_BYTES = 10_000_000
MOST_ROWS = 100_000
"""Of a file of ratings: one person's, so far more than anybody has."""


def history_of(
    answers: NamedAnswers,
    user: str | None = None,
    likes: Sequence[str] = (),
    ratings: Path | None = None,
) -> History:
    """Of a user by id, of somebody new by items they like or rated, or of nobody at all.

    One of them is given at most. Raises AnswerError for names that are not in the data and for a
    file that cannot be read.
    """
    if user is not None:
        return answers.predictor.known(answers.users.find(user))
    if ratings is not None:
        return _newcomer(answers, *read_ratings(ratings, answers))
    if likes:
        return _newcomer(answers, list(dict.fromkeys(map(answers.items.find, likes))), None)
    return NOTHING


def _newcomer(answers: NamedAnswers, items: list[int], ratings: list[float] | None) -> History:
    try:
        return answers.predictor.newcomer(items, ratings)
    except ValueError as error:
        raise AnswerError(str(error)) from error


def read_ratings(path: Path, answers: NamedAnswers) -> tuple[list[int], list[float] | None]:
    """Item numbers and ratings of a CSV file with the columns item and rating, where the data have
    ratings; of events with the column item alone.

    Items are ids or titles. Raises AnswerError that names the first faulty row, the header being
    row 1.
    """
    scale = answers.predictor.data.about.ratings
    table = _read(path, ["item", "rating"] if scale else ["item"])
    row_of: dict[int, int] = {}
    ratings: list[float] = []
    for place, values in zip(table.index, table.to_dict("records"), strict=True):
        row = int(place) + 2
        try:
            item = answers.items.find(str(values["item"]).strip())
            if item in row_of:
                raise AnswerError(
                    f"expected each item once, got {values['item']!r} of row {row_of[item]} again: "
                    "leave one of the rows out"
                )
            if scale is not None:
                ratings.append(_rating(str(values["rating"]), scale.minimum, scale.maximum))
        except AnswerError as error:
            raise AnswerError(f"{path}, row {row}: {error}") from error
        row_of[item] = row
    return list(row_of), ratings if scale else None


def read_features(path: Path) -> dict[str, Any]:
    """What is known of an item by block, from a JSON file. Raises AnswerError for another file."""
    try:
        with path.open("rb") as file:
            features = json.loads(file.read(MOST_BYTES))
    except OSError as error:
        raise AnswerError(
            f"expected {path}, got {error.strerror}: name a file that is there"
        ) from error
    except (ValueError, RecursionError) as error:
        raise AnswerError(f"expected JSON in {path}, got {error}: mend the file") from error
    if not isinstance(features, dict):
        raise AnswerError(
            f"expected an object in {path}, got {type(features).__name__}: write "
            '{"block": value} with a value, a list of values or a number'
        )
    return features


def _rating(text: str, minimum: float, maximum: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not minimum <= value <= maximum:
        raise AnswerError(
            f"expected a rating from {minimum:g} to {maximum:g}, got {text!r}: mend the row"
        )
    return value


def _read(path: Path, columns: list[str]) -> pd.DataFrame:
    """The rows that are not empty, all values as texts."""
    named = f"{path}: expected a CSV file with the columns {','.join(columns)}"
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise AnswerError(f"{named}, up to {MOST_BYTES // 10**6} MB, got more: shorten it")
        table = pd.read_csv(
            io.BytesIO(content), dtype=str, keep_default_na=False, skip_blank_lines=False,
            encoding="utf-8-sig", nrows=MOST_ROWS + 1,
        )  # fmt: skip
    except OSError as error:
        raise AnswerError(f"{named}, got {error.strerror}: name a file that is there") from error
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise AnswerError(f"{named}, in UTF-8, got {error}: mend the file") from error
    if sorted(table.columns) != sorted(columns) or not isinstance(table.index, pd.RangeIndex):
        raise AnswerError(f"{named}, got {','.join(map(str, table.columns))}: name these alone")
    if len(table) > MOST_ROWS:
        raise AnswerError(f"{named} and up to {MOST_ROWS} rows, got more: shorten it")
    table = table[~(table.isna() | (table == "")).all(axis=1)].fillna("")
    if not np.any(table):
        raise AnswerError(f"{named} and a row at least, got none: add one")
    return table
