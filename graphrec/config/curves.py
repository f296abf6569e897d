"""Training curves as train leaves them: a row an epoch."""

import csv
import math
from pathlib import Path

from graphrec.config.errors import FileError


def read_curves(path: Path) -> list[dict[str, float]]:
    """Each epoch's values by name, with "epoch" among them.

    Raises FileError where there are none, or something else than finite numbers.
    """
    try:
        with path.open(newline="", encoding="utf-8") as text:
            rows = list(csv.DictReader(text, strict=True))
        curves = [{name: float(value) for name, value in row.items()} for row in rows]
    except FileNotFoundError as error:
        raise _unusable(path, "none") from error
    except (csv.Error, ValueError, TypeError) as error:
        raise _unusable(path, str(error)) from error
    if not curves or "epoch" not in curves[0]:
        raise _unusable(path, "none of them")
    for name, value in ((name, value) for row in curves for name, value in row.items()):
        if not math.isfinite(value):
            raise _unusable(path, f"{value} as {name}")
    return curves


def _unusable(path: Path, got: str) -> FileError:
    return FileError(
        f"expected a row of finite numbers an epoch in {path}, got {got}: run train again, with a "
        "lower learning rate where it has diverged"
    )
