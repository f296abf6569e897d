"""Tiny data sets in the formats in which the real ones are published, packed as they are packed."""

import hashlib
import zipfile
from pathlib import Path

import numpy as np
import scipy.sparse as sp

NUM_USERS, NUM_ITEMS, NUM_RATINGS = 40, 60, 1500
NUM_MOVIES, NUM_DIRECTORS, NUM_ACTORS, NUM_KEYWORDS = 60, 30, 80, 50
ACTORS_A_MOVIE = 3
GENRES = ("unknown", "Action", "Comedy", "Drama")
OCCUPATIONS = ("artist", "doctor", "none", "writer")


def write_movielens(folder: Path, seed: int) -> None:
    """u.user, u.item, u.genre, u.occupation and every published split."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    users = [
        f"{user}|{rng.integers(10, 70)}|{rng.choice(list('MF'))}|{rng.choice(OCCUPATIONS)}|00000"
        for user in range(1, NUM_USERS + 1)
    ]
    items = []
    for item in range(1, NUM_ITEMS + 1):
        flags = "|".join(map(str, rng.integers(0, 2, len(GENRES))))
        # As in the published file: one movie without a date, and letters outside ASCII.
        date = "" if item == 7 else f"01-Jan-{rng.integers(1930, 1999)}"
        items.append(f"{item}|Café {item} (1995)|{date}||http://example.org/{item}|{flags}")
    _write_lines(folder / "u.user", users)
    _write_lines(folder / "u.item", items, "latin-1")
    # The published u.genre ends with an empty line.
    _write_lines(folder / "u.genre", [f"{name}|{i}" for i, name in enumerate(GENRES)] + [""])
    _write_lines(folder / "u.occupation", OCCUPATIONS)

    ratings = _ratings(rng)
    lines = np.array(["\t".join(map(str, row)) for row in ratings])
    _write_lines(folder / "u.data", lines)
    fold = rng.permutation(len(lines)) % 5
    for number in range(5):
        _write_split(folder, f"u{number + 1}", lines, fold == number)
    place = np.concatenate([rng.permutation(count) for count in np.bincount(ratings[:, 0])[1:]])
    _write_split(folder, "ua", lines, place < 10)
    _write_split(folder, "ub", lines, (place >= 10) & (place < 20))


def _ratings(rng: np.random.Generator) -> np.ndarray:
    """(n, 4) user, item, rating, time; by user. Tastes have two dimensions: they can be learnt."""
    count = np.full(NUM_USERS, NUM_RATINGS // NUM_USERS)
    count[: NUM_RATINGS % NUM_USERS] += 1
    popularity = rng.dirichlet(np.full(NUM_ITEMS, 5.0))
    liking = rng.normal(size=(NUM_USERS, 2)) @ rng.normal(size=(2, NUM_ITEMS))
    rows = []
    for user, number in enumerate(count):
        for item in np.sort(rng.choice(NUM_ITEMS, number, replace=False, p=popularity)):
            rating = int(np.clip(np.rint(3.5 + liking[user, item]), 1, 5))
            rows.append((user + 1, item + 1, rating, 880_000_000 + int(rng.integers(10_000_000))))
    return np.array(rows)


def _write_split(folder: Path, name: str, lines: np.ndarray, test: np.ndarray) -> None:
    _write_lines(folder / f"{name}.base", lines[~test])
    _write_lines(folder / f"{name}.test", lines[test])


def _write_lines(path: Path, lines, encoding: str = "utf-8") -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding=encoding)


def write_imdb(folder: Path, seed: int) -> None:
    """The heterogeneous graph; actors' and directors' features are means, as published."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    cast = np.zeros((NUM_MOVIES, NUM_ACTORS))
    # Everybody has one credit first; the other places go to anybody not in the movie yet.
    for actor in range(NUM_ACTORS):
        cast[actor % NUM_MOVIES, actor] = 1
    for movie in range(NUM_MOVIES):
        missing = ACTORS_A_MOVIE - int(cast[movie].sum())
        cast[movie, rng.choice(np.flatnonzero(cast[movie] == 0), missing, replace=False)] = 1
    made = np.zeros((NUM_MOVIES, NUM_DIRECTORS))
    made[np.arange(NUM_MOVIES), np.arange(NUM_MOVIES) % NUM_DIRECTORS] = 1
    keywords = rng.poisson(0.12, (NUM_MOVIES, NUM_KEYWORDS)).astype(float)

    adjacency = np.zeros([NUM_MOVIES + NUM_DIRECTORS + NUM_ACTORS] * 2, np.int32)
    adjacency[:NUM_MOVIES, NUM_MOVIES:] = np.hstack([made, cast])
    adjacency |= adjacency.T
    kinds = np.repeat([0, 1, 2], [NUM_MOVIES, NUM_DIRECTORS, NUM_ACTORS]).astype(np.int32)
    np.save(folder / "node_types.npy", kinds)
    np.save(folder / "labels.npy", rng.integers(0, 3, NUM_MOVIES).astype(np.int32))
    parts = np.array_split(rng.permutation(NUM_MOVIES).astype(np.int32), 3)
    masks = dict(zip(("train_idx", "val_idx", "test_idx"), parts, strict=True))
    np.savez(folder / "train_val_test_idx.npz", **masks)
    sp.save_npz(folder / "adjM.npz", sp.csr_matrix(adjacency))
    for number, block in enumerate((keywords, _mean(made.T, keywords), _mean(cast.T, keywords))):
        sp.save_npz(folder / f"features_{number}.npz", sp.csr_matrix(block))


def _mean(membership: np.ndarray, features: np.ndarray) -> np.ndarray:
    return membership @ features / membership.sum(axis=1, keepdims=True)


def pack(folder: Path, archive: Path, prefix: str = "") -> None:
    """Zip the files of `folder`, below `prefix` within the archive."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        if prefix:
            zipped.writestr(f"{prefix}/", "")
        for path in sorted(folder.iterdir()):
            zipped.write(path, f"{prefix}/{path.name}" if prefix else path.name)


def checksum_lines(archive: Path) -> list[str]:
    """Lines of a SHA256SUMS file, one for each member of the archive that is no folder."""
    with zipfile.ZipFile(archive) as zipped:
        members = [name for name in zipped.namelist() if not name.endswith("/")]
        return [
            f"{hashlib.sha256(zipped.read(name)).hexdigest()}  {archive.name}!{name}"
            for name in members
        ]
