"""What two items have to do with each other, in words."""

import numpy as np

from graphrec.config.text import plural
from graphrec.data.dataset import Dataset

INFORMATIVE = 1 / 3
"""Share of the items up to which having a value in common tells something."""
MOST_VALUES = 2


class Relations:
    """Values of side information that two items share, or else who has both."""

    def __init__(self, data: Dataset) -> None:
        self.blocks = data.items.blocks("categorical", "multi_valued")
        self.count = {
            name: np.bincount(block.matrix.indices, minlength=block.matrix.shape[1])
            for name, block in self.blocks.items()
        }
        self.users = data.train.matrix(data.num_users, data.num_items).tocsc()
        self.num_items = data.num_items
        users, items = plural(data.about.user_name), plural(data.about.item_name)
        self.of_both, self.of_similar = f"{users} of both", f"{users} of similar {items}"

    def __call__(self, first: int, second: int) -> str:
        """The rarest values first: "director: 123, genre: Comedy"."""
        shared: list[tuple[int, str]] = []
        for name, block in self.blocks.items():
            count, matrix = self.count[name], block.matrix
            for column in np.intersect1d(matrix[[first]].indices, matrix[[second]].indices):
                if count[column] <= INFORMATIVE * self.num_items:
                    shared.append((int(count[column]), _value(name, str(block.columns[column]))))
        if shared:
            return ", ".join(value for _, value in sorted(shared)[:MOST_VALUES])
        both = np.intersect1d(self.users[:, [first]].indices, self.users[:, [second]].indices)
        return self.of_both if len(both) else self.of_similar


def _value(block: str, column: str) -> str:
    """With the block's name in front, unless it says so itself."""
    return column if column.startswith(block.rstrip("s")) else f"{block}: {column}"
