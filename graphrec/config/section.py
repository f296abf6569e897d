"""What sections of params.yaml are made of: the types of their keys, and how they are checked."""

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

YAML_12_FLOAT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
NAME = r"^[a-z][a-z0-9-]*$"
"""What DVC, a folder and MLflow can all bear as a name."""


def to_number(value: object) -> object:
    """`1e-05`, as `dvc exp run --set-param` writes it, is a string to a YAML 1.1 reader."""
    if isinstance(value, str) and YAML_12_FLOAT.fullmatch(value):
        return float(value)
    return value


Number = Annotated[float, BeforeValidator(to_number)]
Positive = Annotated[float, BeforeValidator(to_number), Field(gt=0)]
NonNegative = Annotated[float, BeforeValidator(to_number), Field(ge=0)]
Rate = Annotated[float, BeforeValidator(to_number), Field(ge=0, lt=1)]
Share = Annotated[float, BeforeValidator(to_number), Field(gt=0, lt=1)]
Factor = Annotated[float, BeforeValidator(to_number), Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1, le=10**9)]
"""No more than what fits where torch and NumPy count."""
Width = Annotated[int, Field(ge=1, le=2**16)]
"""Columns of a matrix."""


class Section(BaseModel):
    """A part of params.yaml: every key is there, none is unknown, nothing is converted."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )
