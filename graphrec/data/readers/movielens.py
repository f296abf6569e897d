"""MovieLens 100K (GroupLens): reading the published files, splitting them, side information."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp

from graphrec.data.interactions import (
    Features,
    HeldOut,
    IntArray,
    Interactions,
    Prepared,
    TrainingData,
)
from graphrec.data.splits import SPLITS, Split, random_split

FOLDS = ("u1", "u2", "u3", "u4", "u5", "ua", "ub")
"""The published splits; SPLITS has those that are made here."""
AGE_EDGES = (18, 25, 35, 45, 50, 56)
"""Lower ends of the age groups that GroupLens uses in its later data sets."""


@dataclass(frozen=True)
class MovieLens:
    """The published files as read; users and items are numbered from 0."""

    base: Interactions
    test: Interactions
    users: pd.DataFrame
    items: pd.DataFrame
    genres: list[str]


def read_movielens(folder: Path, fold: str, test_fraction: float = 0.2, seed: int = 0) -> MovieLens:
    """Read the folder that holds u.item and its fellows, split as published or by SPLITS.

    `test_fraction` and `seed` are for the latter.
    """
    users = pd.read_csv(
        folder / "u.user", sep="|", names=["id", "age", "gender", "occupation", "zip"]
    )
    genres = pd.read_csv(folder / "u.genre", sep="|", names=["genre", "id"])["genre"].tolist()
    columns = ["id", "title", "release_date", "video_date", "url", *genres]
    items = pd.read_csv(folder / "u.item", sep="|", names=columns, encoding="latin-1")
    for table, name in ((users, "u.user"), (items, "u.item")):
        if table["id"].tolist() != list(range(1, len(table) + 1)):
            raise ValueError(f"expected ids 1, 2, 3, … in {name}, got {table['id'].tolist()[:5]} …")
    if fold in SPLITS:
        every = _read_ratings(folder / "u.data", users, items)
        held = SPLITS[fold](every, test_fraction, np.random.default_rng(seed))
        base, test = every[~held], every[held]
    else:
        base, test = (
            _read_ratings(folder / f"{fold}.{part}", users, items) for part in ("base", "test")
        )
    return MovieLens(base, test, users, items, genres)


def prepare_movielens(
    folder: Path, fold: str, valid_fraction: float, seed: int, test_fraction: float = 0.2
) -> Prepared:
    """Read and split; features come from the tables of users and items, never from ratings.

    Validation is held out in the manner of the test part: at random for the published folds.
    """
    raw = read_movielens(folder, fold, test_fraction, seed)
    data, test = split_movielens(raw, valid_fraction, seed, SPLITS.get(fold, random_split))

    def rebuild(_: Interactions) -> tuple[Features, Features]:
        return user_features(raw.users), item_features(raw.items, raw.genres)

    return Prepared(data, test, len(raw.base) + len(raw.test), rebuild)


def _read_ratings(path: Path, users: pd.DataFrame, items: pd.DataFrame) -> Interactions:
    table = pd.read_csv(path, sep="\t", names=["user", "item", "rating", "time"])
    if not (table["user"].between(1, len(users)) & table["item"].between(1, len(items))).all():
        raise ValueError(f"expected ids of u.user and u.item in {path.name}, got others")
    if not table["rating"].between(1, 5).all():
        raise ValueError(f"expected ratings from 1 to 5 in {path.name}, got others")
    if table.duplicated(["user", "item"]).any():
        raise ValueError(f"expected one rating of an item by a user in {path.name}, got several")
    return Interactions(
        table["user"].to_numpy(np.int64) - 1,
        table["item"].to_numpy(np.int64) - 1,
        table["rating"].to_numpy(np.float32),
        table["time"].to_numpy(np.int64),
    )


def split_movielens(
    raw: MovieLens, valid_fraction: float, seed: int, split: Split = random_split
) -> tuple[TrainingData, HeldOut]:
    """Training data, `valid_fraction` of the base part held out in it, and the test part."""
    rng = np.random.default_rng(seed)
    held = split(raw.base, valid_fraction, rng)
    train, valid = raw.base[~held], raw.base[held]
    num_users, num_items = len(raw.users), len(raw.items)
    known = Interactions.concatenate([train, valid]).matrix(num_users, num_items)
    data = TrainingData(
        num_users=num_users,
        num_items=num_items,
        train=train,
        valid=HeldOut(valid, draw_negatives(valid.user, known, rng)),
        user_features=user_features(raw.users),
        item_features=item_features(raw.items, raw.genres),
        item_names=raw.items["title"].to_numpy(np.str_),
    )
    everything = known + raw.test.matrix(num_users, num_items)
    return data, HeldOut(raw.test, draw_negatives(raw.test.user, everything, rng))


def draw_negatives(user: IntArray, known: sp.csr_array, rng: np.random.Generator) -> IntArray:
    """(n,) for each entry of `user` an item that its row of `known` lacks, drawn uniformly."""
    num_items = known.shape[1]
    if np.diff(known.indptr)[user].max(initial=0) >= num_items:
        raise ValueError(f"expected every user to leave an item out, got one with all {num_items}")
    item = rng.integers(num_items, size=len(user))
    while (clash := np.asarray(known[user, item]).ravel() > 0).any():
        item[clash] = rng.integers(num_items, size=int(clash.sum()))
    return item


def user_features(users: pd.DataFrame) -> Features:
    """One-hot age group, gender and occupation; each block (num_users, columns)."""
    age = np.digitize(users["age"], AGE_EDGES)
    return {
        "age": one_hot(age, len(AGE_EDGES) + 1),
        "gender": one_hot(*_codes(users["gender"])),
        "occupation": one_hot(*_codes(users["occupation"])),
    }


def item_features(items: pd.DataFrame, genres: list[str]) -> Features:
    """Genre flags, one-hot release period (decades to 1990, then years), years since 1990."""
    released = pd.to_datetime(items["release_date"], format="%d-%b-%Y").dt.year
    year = released.fillna(released.median()).astype(int)
    period = year.where(year >= 1990, year // 10 * 10)
    return {
        "genre": sp.csr_array(items[genres].to_numpy(np.float32)),
        "release": one_hot(*_codes(period)),
        "year": sp.csr_array(year.to_numpy(np.float32)[:, None] - 1990),
    }


def _codes(column: "pd.Series[int] | pd.Series[str]") -> tuple[IntArray, int]:
    codes, values = pd.factorize(column, sort=True)
    return codes.astype(np.int64), len(values)


def one_hot(codes: IntArray, num_columns: int) -> sp.csr_array:
    rows = np.arange(len(codes))
    ones = np.ones(len(codes), np.float32)
    return sp.csr_array((ones, (rows, codes)), shape=(len(codes), num_columns))
