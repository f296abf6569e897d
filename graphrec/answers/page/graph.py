"""What lies between a person and a recommended item: their items, and what these share with it."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from graphrec.answers.named import Row
from graphrec.answers.predictor import Predictor


class Link(NamedTuple):
    """An item of the person's that has the relation with the recommended one."""

    item: int
    users: int
    """How many users have both; 0 for a value of side information."""


class Relation(NamedTuple):
    """What a recommended item shares with items of a person."""

    block: str | None
    """A block of side information; None for users of both."""
    value: str
    """Its column."""
    links: list[Link]


class RelationGraph:
    """Relations between items of a data set: shared values, and users of both."""

    def __init__(self, predictor: Predictor) -> None:
        self.data = predictor.data
        pairs = predictor.before.matrix(self.data.num_users, self.data.num_items)
        self.users_of = sp.csc_array(pairs)  # (users, items)

    def relations(self, items: list[int], recommended: int, most: int = 4) -> list[Relation]:
        """The values that `recommended` shares with `items`, rarest and most shared first.

        At most `most` of them, and users of both as the last where there are any.
        """
        if not items:
            return []
        values = sorted(self._values(items, recommended), key=lambda each: -each[0])
        relations = [relation for _, relation in values[:most]]
        if users := self._users_of_both(items, recommended):
            relations.append(Relation(None, "", users))
        return relations

    def _values(self, items: list[int], recommended: int) -> list[tuple[float, Relation]]:
        """Shared values, each with its inverse document frequency times the items that share it."""
        weighted = []
        for name, block in self.data.items.blocks("categorical", "multi_valued").items():
            has = block.matrix.astype(bool)
            frequency = has.sum(axis=0)
            own = has[[recommended]].indices
            shared = has[items][:, own].toarray()  # (items, own values)
            for place, column in enumerate(own):
                links = [Link(items[row], 0) for row in np.flatnonzero(shared[:, place])]
                if links:
                    rarity = float(np.log(self.data.num_items / frequency[column]))
                    relation = Relation(name, str(block.columns[column]), links)
                    weighted.append((rarity * len(links), relation))
        return weighted

    def _users_of_both(self, items: list[int], recommended: int) -> list[Link]:
        both = (self.users_of[:, items].T @ self.users_of[:, [recommended]]).toarray()[:, 0]
        return [Link(item, int(count)) for item, count in zip(items, both, strict=True) if count]


def as_json(relations: list[Relation], ids: list[str]) -> list[Row]:
    """With items by id; `ids` (items,)."""
    return [
        {
            "block": relation.block,
            "value": relation.value,
            "links": [{"item": ids[link.item], "users": link.users} for link in relation.links],
        }
        for relation in relations
    ]
