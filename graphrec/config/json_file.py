"""JSON files that stages leave for others, checked as they are read."""

from pathlib import Path
from typing import (
    NotRequired,  # pydantic wants this one below Python 3.12
    TypeVar,
)

from pydantic import FiniteFloat, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from graphrec.config.errors import FileError

T = TypeVar("T")
MOST_BYTES = 1 << 28
AGAIN = ": run the stage that makes it again (`dvc repro`)"
Measures = dict[str, FiniteFloat]


class Trained(TypedDict):
    """Of what train leaves of a run."""

    best_epoch: int


class Settings(Trained):
    """The same as MLflow shows it."""

    params: dict[str, str | int | float | bool]


class Recorded(TypedDict):
    """Of what evaluate leaves, what MLflow shows."""

    content: str
    """The `content_key` of what was measured."""
    valid: Measures
    test: Measures


class Measured(TypedDict):
    """Measures of both held-out parts, and the standard errors of the test ones."""

    valid: Measures
    test: Measures
    test_standard_error: Measures


class Compared(TypedDict):
    """Of a run in reports/metrics.json."""

    mlflow_run: NotRequired[str]
    """Of older files none has it."""
    valid: Measures


class Evaluated(Measured):
    """What evaluate leaves of a run."""

    content: str
    """The `content_key` of what was measured."""
    mean_cosine: list[FiniteFloat]


def read_json(path: Path, shape: type[T]) -> T:
    """The tree in a file, with finite numbers alone.

    Raises FileError where it is missing, no JSON or has another shape.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileError(f"expected at most {MOST_BYTES:,} bytes in {path}, got more{AGAIN}")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise FileError(f"expected {path}, got none{AGAIN}") from error
    return parse_json(content, str(path), shape)


def parse_json(content: bytes | str, source: str, shape: type[T]) -> T:
    """The same of the content of a file."""
    try:
        return TypeAdapter(shape).validate_json(content, strict=True)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key = ".".join(map(str, fault["loc"]))
        raise FileError(
            f"expected what a stage has written in {source}, got {f'at {key}: ' if key else ''}"
            f"{fault['msg']}{AGAIN}"
        ) from error
