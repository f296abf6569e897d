"""Files with bytes changed at random: whatever they hold, readers say it in their own words.

The tests try a few of each; `python -m tests.fuzz --minutes 10` goes on for that long.
"""

import argparse
import io
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from graphrec.answers.service import make_app
from graphrec.config.errors import GraphrecError
from graphrec.config.json_file import Evaluated, parse_json
from graphrec.config.params import check_params
from graphrec.config.yaml_text import parse_yaml
from graphrec.data.archives import extract
from graphrec.data.storage import load_dataset, save_dataset
from graphrec.models.saved import read_tensors
from tests.answers.asking import ask
from tests.answers.predictors import make_predictor
from tests.data.readers.own import RATINGS, read_files
from tests.datasets import dataset, interactions
from tests.faults import FILE

PIECES = [b"\0", b"\xff", b"\n", b'"', b"'", b",", b"{", b"[", b"&a", b"*a", b"!!", b"1e999", b"-"]
CSV = b"user,item,rating\n" + b"".join(b"u%d,i%d,%d\n" % (n, n % 3, n % 5 + 1) for n in range(9))
REQUEST = b'{"items": ["i 1", "i 4"], "ratings": [5, 1], "k": 3, "explain": true, "where": ""}'
EVALUATION = b'{"content": "x", "mean_cosine": [0.1], "valid": {"mse": 1.0}, "test": {"mse": 2}}'


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.txt", "b/c.txt"):
            archive.writestr(name, name * 50)
    return target.getvalue()


def prepared() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "training.npz"
        save_dataset(path, dataset(3, 4, interactions([0, 1, 2], [1, 2, 3], [3, 4, 5])))
        return path.read_bytes()


def read_archive(path: Path) -> None:
    extract(path, path.parent / "out", {"a.txt": "0" * 64, "b/c.txt": "0" * 64})


def read_table(path: Path) -> None:
    read_files(path.parent, {"events.csv": path.read_bytes()}, RATINGS)


def read_params(path: Path) -> None:
    check_params(parse_yaml(path.read_bytes()))


def read_evaluation(path: Path) -> None:
    parse_json(path.read_bytes(), "evaluation.json", Evaluated)


@cache
def service() -> Any:
    rng = np.random.default_rng(0)
    user, item = map(np.ascontiguousarray, np.nonzero(rng.random((12, 9)) < 0.5))
    known = interactions(user, item, rng.integers(1, 6, len(user)))
    return make_app(make_predictor(dataset(12, 9, known)), "a-run")


def ask_for_a_list(path: Path) -> None:
    headers = {"content-type": "application/json"}
    response = ask(service(), "POST", "/api/recommend", content=path.read_bytes(), headers=headers)
    assert response.status_code < 500, response.text


TARGETS: dict[str, tuple[bytes, Callable[[Path], object]]] = {
    "archive": (zipped(), read_archive),
    "arrays": (prepared(), load_dataset),
    "tensors": (save({"x": torch.ones(3, 2), "y": torch.tensor(np.arange(3))}), read_tensors),
    "parameters": (FILE.read_bytes(), read_params),
    "table": (CSV, read_table),
    "measures": (EVALUATION, read_evaluation),
    "request": (REQUEST, ask_for_a_list),
}
"""By name a good file and what reads it."""


@st.composite
def damaged(draw: st.DrawFn, good: bytes) -> bytes:
    """`good` with bytes replaced, pieces put in, taken out or doubled, or its end cut off."""
    content = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(len(content) - 1, 0)))
        end = start + draw(st.integers(0, 8))
        piece = draw(st.one_of(st.binary(max_size=8), st.sampled_from(PIECES)))
        kind = draw(st.sampled_from(["replace", "insert", "double", "cut"]))
        if kind == "replace":
            content[start:end] = piece
        elif kind == "insert":
            content[start:start] = piece
        elif kind == "double":
            content[start:start] = content[start : start + 40]
        elif draw(st.integers(0, 5)) == 0:
            del content[start:]
    return bytes(content)


def fuzz(name: str, examples: int, same: bool = False) -> None:
    """Fails on whatever a reader raises that is not meant for people; the `same` ones each time."""
    good, read = TARGETS[name]

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=same,
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(good))
    def attempt(content: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            path.write_bytes(content)
            with suppress(GraphrecError):
                read(path)

    attempt()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    end = time.monotonic() + 60 * parser.parse_args().minutes
    rounds = 0
    while time.monotonic() < end:
        rounds += 1
        for name in TARGETS:
            fuzz(name, 200)
    print(f"{rounds} rounds of 200 examples of {', '.join(TARGETS)}: nothing but messages")


if __name__ == "__main__":
    main()
