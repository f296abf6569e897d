"""Conditions on what is known of items: `genre=Comedy`, `year>=1990`."""

import math
import operator
import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from graphrec.answers.errors import AnswerError, pick
from graphrec.data.dataset import Entities, FeatureBlock
from graphrec.data.interactions import Mask

CONDITION = re.compile(r"\s*(?P<block>.+?)\s*(?P<sign>>=|<=|=|>|<)\s*(?P<value>.*?)\s*", re.DOTALL)
SIGNS: dict[str, Callable[[NDArray[np.float32], np.float32], Mask]] = {
    "=": operator.eq,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def mask(condition: str, entities: Entities) -> Mask:
    """(entities,) who satisfy one condition; those of whom nothing is known do not.

    A number takes = >= <= > <, in its own unit; anything else takes = and one of its values, in
    upper or lower case. Raises AnswerError for another block, value or sign, listing the nearest
    that are there.
    """
    match = CONDITION.fullmatch(condition)
    if match is None:
        raise AnswerError(
            f"expected a condition such as genre=Comedy or year>=1990, got {condition!r}: "
            f"write one about {', '.join(entities.features) or 'nothing: no features are known'}"
        )
    name = pick(_cased(match["block"], list(entities.features)), list(entities.features), "a block")
    block, sign, value = entities.features[name], match["sign"], match["value"]
    if block.kind == "numeric":
        return _compare(name, block, sign, value)
    if sign != "=":
        raise AnswerError(f"expected = after {name}, got {sign}: write {name}={value}")
    columns: list[str] = block.columns.tolist()
    chosen = pick(_cased(value, columns), columns, f"a value of {name}")
    alike = [place for place, column in enumerate(columns) if column == chosen]
    result: Mask = np.asarray(block.matrix[:, alike].sum(axis=1)).ravel() > 0
    return result


def _compare(name: str, block: FeatureBlock, sign: str, value: str) -> Mask:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise AnswerError(f"expected a number after {name}{sign}, got {value!r}: write one")
    rows = np.repeat(np.arange(block.matrix.shape[0]), np.diff(block.matrix.indptr))
    result = np.zeros(block.matrix.shape[0], bool)
    result[rows] = SIGNS[sign](block.matrix.data, np.float32(number))
    return result


def _cased(text: str, names: list[str]) -> str:
    """`text` as `names` write it, if they have it in another case only."""
    same = (name for name in names if name.casefold() == text.casefold())
    return text if text in names else next(same, text)
