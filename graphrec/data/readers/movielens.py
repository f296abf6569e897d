"""MovieLens 100K (GroupLens): the published files."""

from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp

from graphrec.config.datasets import DatasetParams
from graphrec.data.dataset import Entities, FeatureBlock, RawData
from graphrec.data.errors import DataError
from graphrec.data.features import categorical, numeric
from graphrec.data.interactions import Interactions

FOLDS = ("u1", "u2", "u3", "u4", "u5", "ua", "ub")
"""The published splits."""
AGE_EDGES = (18, 25, 35, 45, 50, 56)
"""Lower ends of the age groups that GroupLens uses in its later data sets."""
AGES = np.array(["under 18", "18-24", "25-34", "35-44", "45-49", "50-55", "56 and over"])


def read(folder: Path, about: DatasetParams) -> RawData:
    """Read the folder that holds u.item and its fellows: all ratings, or a published fold."""
    users, items = read_users(folder), read_items(folder)
    if about.split.strategy != "published":
        return RawData(users, items, read_ratings(folder / "u.data", users, items))
    if (fold := about.split.fold) not in FOLDS:
        raise DataError(f"expected one of the folds {', '.join(FOLDS)}, got {fold!r}")
    base, test = (
        read_ratings(folder / f"{fold}.{part}", users, items) for part in ("base", "test")
    )
    return RawData(users, items, base, test)


def read_users(folder: Path) -> Entities:
    """Age group, gender and occupation."""
    columns = ["id", "age", "gender", "occupation", "zip"]
    table = pd.read_csv(folder / "u.user", sep="|", names=columns)
    ids = expect_numbered(table, "u.user")
    features = {
        "age": categorical(AGES[np.digitize(table["age"], AGE_EDGES)]),
        "gender": categorical(table["gender"].to_numpy(np.str_)),
        "occupation": categorical(table["occupation"].to_numpy(np.str_)),
    }
    return Entities(ids, ids, features)


def read_items(folder: Path) -> Entities:
    """Titles, genres and the year of release; the median year where none is known."""
    genres = pd.read_csv(folder / "u.genre", sep="|", names=["genre", "id"])["genre"].tolist()
    columns = ["id", "title", "release_date", "video_date", "url", *genres]
    table = pd.read_csv(folder / "u.item", sep="|", names=columns, encoding="latin-1")
    year = pd.to_datetime(table["release_date"], format="%d-%b-%Y").dt.year
    flags = sp.csr_array(table[genres].to_numpy(np.float32))
    features = {
        "genre": FeatureBlock("multi_valued", flags, np.array(genres)),
        "year": numeric("year", year.fillna(year.median()).to_numpy().astype(np.float32)),
    }
    return Entities(expect_numbered(table, "u.item"), table["title"].to_numpy(np.str_), features)


def read_ratings(path: Path, users: Entities, items: Entities) -> Interactions:
    """The rows of a file. Raises DataError for unknown ids, other ratings and duplicates."""
    table = pd.read_csv(path, sep="\t", names=["user", "item", "rating", "timestamp"])
    if not (table["user"].between(1, len(users)) & table["item"].between(1, len(items))).all():
        raise DataError(f"expected ids of u.user and u.item in {path.name}, got others")
    if not table["rating"].isin(range(1, 6)).all():
        raise DataError(f"expected ratings from 1 to 5 in {path.name}, got others")
    if table.duplicated(["user", "item"]).any():
        raise DataError(f"expected one rating of an item by a user in {path.name}, got several")
    return Interactions(
        table["user"].to_numpy(np.int64) - 1,
        table["item"].to_numpy(np.int64) - 1,
        table["rating"].to_numpy(np.float32),
        table["timestamp"].to_numpy(np.int64),
    )


def expect_numbered(table: pd.DataFrame, name: str) -> "np.ndarray[tuple[int], np.dtype[np.str_]]":
    """The ids, which have to be 1, 2, 3, …, as texts."""
    if table["id"].tolist() != list(range(1, len(table) + 1)):
        raise DataError(f"expected ids 1, 2, 3, … in {name}, got {table['id'].tolist()[:5]} …")
    return table["id"].to_numpy().astype(np.str_)
