"""What a trained model can be asked for, checked before any work: by MLflow's server and ours."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import ErrorDetails

LISTED = 3
"""Faults that are told."""
Text = Annotated[str, Field(min_length=1, max_length=1000)]
"""An id or a title."""
Count = Annotated[int, Field(ge=1)]


class Request(BaseModel):
    """Whom to recommend how much of what: a user of the training data, or somebody new."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    user: Text | None = None
    """The id of a user of the training data."""
    items: Annotated[list[Text], Field(max_length=10_000)] | None = None
    """Of somebody new: ids or titles of the items of their history; none for a cold start."""
    ratings: Annotated[list[float], Field(max_length=10_000)] | None = None
    """As many ratings, for data with ratings."""
    k: Count = 10
    """How many items; fewer come where fewer are left."""
    exclude_seen: bool = True
    """Whether the items of the history are left out."""
    where: Annotated[str, Field(max_length=1000)] = ""
    """Filters on the items' features, separated by commas; "" for all items."""
    explain: bool = False
    """Whether each item comes with a reason."""

    @model_validator(mode="after")
    def _of_one_person(self) -> "Request":
        if (self.user is None) == (self.items is None):
            got = "neither" if self.user is None else "both"
            raise ValueError(f"expected either user, or the items of somebody new, got {got}")
        if self.ratings is not None and self.items is None:
            raise ValueError("expected ratings with the items of somebody new, got them for a user")
        return self


def described(faults: Sequence[ErrorDetails] | Sequence[Mapping[str, Any]]) -> str:
    """Pydantic's faults in a sentence each: where, what was expected and what came, cut short."""
    sentences = [_describe(fault) for fault in faults[:LISTED]]
    more = [f"and {len(faults) - LISTED} more"] if len(faults) > LISTED else []
    return "; ".join(sentences + more)


def shortened(value: object, most: int = 60) -> str:
    """The value as Python writes it, with its middle left out where it is long."""
    if isinstance(value, list | dict | str) and len(value) > most:
        value = (
            value[:most] if isinstance(value, str) else f"{type(value).__name__} of {len(value)}"
        )
    text = repr(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _describe(fault: Mapping[str, Any]) -> str:
    # FastAPI says first whether it was the body or the query.
    keys = [str(key) for key in fault["loc"] if key not in ("body", "query")]
    key = ".".join(keys) or "the request"
    kind, message = fault["type"], str(fault["msg"])
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if kind == "json_invalid":
        reason = fault.get("ctx", {}).get("error", "something else")
        return f"expected JSON, got an error at character {fault['loc'][-1]}: {reason}"
    if kind == "missing":
        return f"expected {key}, got none"
    if kind == "extra_forbidden":
        known = ", ".join(Request.model_fields)
        return f"expected some of {known}, got {shortened(keys[-1])}"
    expected = message.replace("Input should be ", "to be ").replace(" should have ", " to have ")
    return f"expected {key} {expected}, got {shortened(fault['input'])}"
