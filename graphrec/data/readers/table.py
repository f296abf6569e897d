"""People's own tables: interactions, and what is known of users and items."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa

from graphrec.config.datasets import DatasetParams
from graphrec.data.dataset import RawData, Strings
from graphrec.data.errors import DataError
from graphrec.data.interactions import Interactions
from graphrec.data.tables.duplicates import check_disjoint, resolve_duplicates
from graphrec.data.tables.entities import read_entities
from graphrec.data.tables.ids import number
from graphrec.data.tables.interactions import Part, read_part, table_params
from graphrec.data.tables.pruning import Remaining, prune

HELD_OUT = ("test", "valid")


def read(folder: Path, options: DatasetParams) -> RawData:
    """Read the tables that `options.table` names, below `folder`.

    Users and items are numbered in the order of their ids as strings, interactions are in the order
    of their file. What is left out is counted in `left_out`. Raises DataError, which says where
    something else than expected stands.
    """
    table = table_params(options)
    left_out: Counter[str] = Counter()
    paths = {"train": table.interactions, "test": table.test, "valid": table.valid}
    if len(given := [path for path in paths.values() if path is not None]) != len(set(given)):
        raise DataError(f"expected a file for each part, got {', '.join(given)}: name others")
    files = {
        part: read_part(folder, path, options, left_out)
        for part, path in paths.items()
        if path is not None
    }
    parts, ids = _number(files)
    names = {part: file.name for part, file in files.items()}
    files.clear()
    pa.default_memory_pool().release_unused()
    for part in list(parts):  # popped, so that no rows are held beside what is made of them
        parts[part] = resolve_duplicates(
            parts.pop(part), table.duplicates, names[part], ids, left_out
        )
    check_disjoint({names[part]: rows for part, rows in parts.items()}, ids)
    remaining = prune(
        parts["train"],
        [parts[part] for part in HELD_OUT if part in parts],
        (len(ids[0]), len(ids[1])),
        (table.min_user_interactions, table.min_item_interactions),
        left_out,
    )
    parts = _renumber(parts, remaining, names, left_out)
    _count_cold(parts, left_out)
    users, items = ids[0][remaining.users], ids[1][remaining.items]
    return RawData(
        read_entities(folder, table.users, users, "users", left_out),
        read_entities(folder, table.items, items, "items", left_out),
        parts["train"],
        parts.get("test"),
        parts.get("valid"),
        {what: count for what, count in left_out.items() if count},
    )


def _number(files: dict[str, Part]) -> tuple[dict[str, Interactions], tuple[Strings, Strings]]:
    user_ids, users = number(file.user for file in files.values())
    item_ids, items = number(file.item for file in files.values())
    parts = {
        part: Interactions(user, item, file.rating, file.timestamp)
        for (part, file), user, item in zip(files.items(), users, items, strict=True)
    }
    return parts, (user_ids, item_ids)


def _renumber(
    parts: dict[str, Interactions],
    remaining: Remaining,
    names: dict[str, str],
    left_out: Counter[str],
) -> dict[str, Interactions]:
    """The rows of those who stay, numbered among them; rows of the others are counted."""
    user, item = (
        np.cumsum(mask, dtype=np.int32) - 1 for mask in (remaining.users, remaining.items)
    )
    renumbered = {}
    for part in list(parts):
        rows = parts.pop(part)  # not held beside what is made of it
        num_read = len(rows)
        rows = remaining.select(rows)
        left_out[f"rows of {names[part]} of users and items left out"] += num_read - len(rows)
        renumbered[part] = Interactions(
            user[rows.user], item[rows.item], rows.rating, rows.timestamp
        )
    return renumbered


def _count_cold(parts: dict[str, Interactions], left_out: Counter[str]) -> None:
    for part in HELD_OUT:
        if part in parts:
            for which in ("user", "item"):
                held, known = (getattr(rows, which) for rows in (parts[part], parts["train"]))
                left_out[f"{which}s of {part} without training interactions (they stay)"] += len(
                    np.setdiff1d(held, known)
                )
