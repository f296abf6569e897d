"""Tables of users or of items: a row each, with a title and side information."""

from collections import Counter
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from graphrec.config.datasets import Column, EntityTable, FeatureColumn
from graphrec.data.dataset import Entities, Strings
from graphrec.data.errors import DataError
from graphrec.data.tables.features import feature_block, to_strings
from graphrec.data.tables.ids import read_ids
from graphrec.data.tables.interactions import read_table


def read_entities(
    folder: Path,
    options: EntityTable | None,
    ids: Strings,
    which: Literal["users", "items"],
    left_out: Counter[str],
) -> Entities:
    """The entities `ids`, with what their table says of them; without a title they go by their id.

    Rows without an id or of other entities, and entities without a row, are counted. Raises
    DataError where two rows have one id, or a feature is not what it should be.
    """
    if options is None:
        return Entities(ids, ids)
    columns: set[Column] = {options.id, *(block.column for block in options.features.values())}
    if options.title is not None:
        columns.add(options.title)
    table = read_table(folder, options.path, columns, options.format, set())
    written = read_ids(table, options.id)
    if not written.present.any():
        raise DataError(
            f"{options.path}: expected ids in column {options.id!r}, got {len(table)} blank rows: "
            "name the right column"
        )
    left_out[f"rows of {options.path} without an id"] += int((~written.present).sum())
    left_out[f"spaces around ids of {options.path}"] += written.num_stripped
    codes = pd.Series(written.codes)
    repeated = (codes.duplicated() & (codes >= 0)).to_numpy()
    if repeated.any():
        raise table.fault(
            int(repeated.argmax()),
            f"one row for each id, of which {repeated.sum()} repeat an earlier one",
            options.id,
            "delete the others",
        )
    number_of = pd.Index(ids).get_indexer(pd.Index(written.values.to_pylist()))
    number = np.append(number_of, -1)[written.codes].astype(np.int64)
    rows = np.flatnonzero(number >= 0)
    entity = number[rows]
    if not len(rows):
        raise DataError(
            f"{options.path}: expected ids of {which} that have interactions, such as "
            f"{str(ids[0])!r}, got none in column {options.id!r}, which begins with "
            f"{table.columns[options.id][0].as_py()!r}: name the column that has them"
        )
    left_out[f"rows of {options.path} whose id has no interactions"] += int(
        (written.present & (number < 0)).sum()
    )
    left_out[f"{which} without a row in {options.path} (they stay)"] += len(ids) - len(rows)
    titles = ids.astype(object)
    if options.title is not None:
        column = FeatureColumn(column=options.title, kind="categorical")
        text = to_strings(table.name, column, table.columns[options.title]).to_numpy(False)[rows]
        titles[entity[text != ""]] = text[text != ""]
    features = {
        name: feature_block(table, name, block, rows, entity, len(ids))
        for name, block in options.features.items()
    }
    return Entities(ids, titles.astype(np.str_), features)
