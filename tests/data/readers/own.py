"""People's own tables, written for a test, and what the reader makes of them."""

from pathlib import Path

from graphrec.config.datasets import DatasetParams
from graphrec.data.dataset import RawData
from graphrec.data.interactions import Interactions
from graphrec.data.readers.table import read

STARS = {"minimum": 0.5, "maximum": 5.0, "relevance_threshold": 4.0}
SPLIT = {"strategy": "random", "test_fraction": 0.2, "valid_fraction": 0.1}
EVENTS = {"interactions": "events.csv", "user": "user", "item": "item"}
RATINGS = {**EVENTS, "rating": "rating"}
BY_POSITION = {"interactions": "events.csv", "user": 0, "item": 1, "format": {"header": False}}
ITEMS = {"path": "items.csv", "id": "item"}


def options(table: dict, ratings: dict | None = None) -> DatasetParams:
    """Those of a data set of the reader `table`."""
    return DatasetParams.model_validate(
        {
            "reader": "table",
            "user_name": "user",
            "item_name": "item",
            "interaction_name": "interaction",
            "ratings": ratings,
            "split": SPLIT,
            "table": table,
        }
    )


def read_files(
    folder: Path, files: dict[str, str | bytes], table: dict, ratings: dict | None = STARS
) -> RawData:
    """Write `files` below `folder` and read them by `table`; events have no `ratings`."""
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)
    if ratings is STARS and "rating" not in table:
        ratings = None
    return read(folder, options(table, ratings))


def read_events(folder: Path, content: str | bytes, **table: object) -> RawData:
    """The events of a table with a header user,item or what `table` says."""
    return read_files(folder, {"events.csv": content}, {**EVENTS, **table})


def pairs(raw: RawData, rows: Interactions | None = None) -> list[tuple[str, str]]:
    """The ids of all interactions, in their order."""
    rows = raw.interactions if rows is None else rows
    users, items = raw.users.ids[rows.user].tolist(), raw.items.ids[rows.item].tolist()
    return list(zip(users, items, strict=True))


def values_of(raw: RawData, name: str) -> dict[str, object]:
    """Of each item what it has in the block `name`: values of flags, or a number."""
    block = raw.items.features[name]
    rows = {}
    for row, item in enumerate(raw.items.ids.tolist()):
        start, end = block.matrix.indptr[row : row + 2]
        if block.kind == "numeric":
            rows[item] = block.matrix.data[start] if end > start else None
        else:
            rows[item] = [block.columns[at] for at in sorted(block.matrix.indices[start:end])]
    return rows
