"""Users or items by the names that people have for them: ids and titles."""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from graphrec.answers import where
from graphrec.answers.errors import AnswerError, nearest
from graphrec.answers.titles import bare, folded, in_order
from graphrec.data.dataset import Entities
from graphrec.data.interactions import Mask

FORMS: tuple[tuple[Callable[[str], str], Callable[[str], str]], ...] = (
    (str, str),
    (folded, folded),
    (in_order, in_order),
    (in_order, bare),
)
"""Of what is asked and of a title, from strict to lenient. Who names a year means that year."""
LISTED = 10
NEAREST = 3


class Catalogue:
    """Names in, names out: the numbers that models have for their users and items stay inside.

    `word` is what one of `entities` is called in messages.
    """

    def __init__(self, entities: Entities, word: str) -> None:
        self.entities, self.word = entities, word
        self.ids: list[str] = entities.ids.tolist()
        self.titles: list[str] = entities.titles.tolist()
        self._number = {identity: number for number, identity in enumerate(self.ids)}

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, name: str | int) -> int:
        """The number of whose id is `name`, or else of the one with that title.

        Ids are texts: `01` is not `1`, and the integer 1 stands for `1`. Titles may differ in case,
        place an article first, leave out the year. Raises AnswerError for what is not there,
        naming the nearest, and for a title that several have, naming their ids.
        """
        text = str(name)
        if (number := self._number.get(text)) is not None:
            return number
        for (asked, _), by_title in zip(FORMS, self._by_title, strict=True):
            numbers = by_title.get(asked(text), [])
            if len(numbers) > 1:
                raise AnswerError(
                    f"expected one {self.word}, got {text!r}, the title of {len(numbers)}: "
                    f"say which by its id: {self._list(numbers)}"
                )
            if numbers:
                return numbers[0]
        raise AnswerError(
            f"expected the id or title of one {self.word}, got {text!r}: "
            f"the nearest are {self._list(self.nearest(text, NEAREST))}"
        )

    def nearest(self, name: str, most: int) -> list[int]:
        """Numbers of those whose id or title is most like `name`, best first; ids that differ in
        leading zeros alone come before all others."""
        stripped = name.strip().lstrip("0")
        same = [n for n, identity in enumerate(self.ids) if identity.lstrip("0") == stripped]
        forms = [*self.ids, *map(in_order, self.titles), *map(bare, self.titles)]
        alike = [place % len(self) for place in nearest(in_order(name), forms, 3 * most)]
        return list(dict.fromkeys(same + alike))[:most]

    def where(self, conditions: Sequence[str]) -> Mask:
        """(entities,) who satisfy all conditions, as `graphrec.answers.where` writes them."""
        mask = np.ones(len(self), bool)
        for condition in conditions:
            mask &= where.mask(condition, self.entities)
        return mask

    def _list(self, numbers: Sequence[int]) -> str:
        more = f" and {len(numbers) - LISTED} more" if len(numbers) > LISTED else ""
        return ", ".join(map(self._name, numbers[:LISTED])) + more

    def _name(self, number: int) -> str:
        identity, title = self.ids[number], self.titles[number]
        return identity if identity == title else f"{identity} ({title})"

    @cached_property
    def _by_title(self) -> list[dict[str, list[int]]]:
        """For each of FORMS the numbers of a title."""
        tables: list[dict[str, list[int]]] = []
        for _, form in FORMS:
            table: dict[str, list[int]] = {}
            for number, title in enumerate(self.titles):
                table.setdefault(form(title), []).append(number)
            tables.append(table)
        return tables
