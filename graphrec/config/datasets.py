"""The entries of `datasets:` in params.yaml: what a data set says of itself."""

import math
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from graphrec.config.section import Count, Number, Section, Share

Strategy = Literal[
    "published", "random", "random_per_user", "leave_one_out", "temporal", "one_per_item"
]
Duplicates = Literal["last", "max", "count", "error"]
TimeUnit = Literal["s", "ms", "us", "ns", "iso"]
FeatureKind = Literal["categorical", "multi_valued", "numeric"]
Column = Annotated[str | int, Field(union_mode="left_to_right")]
"""A column by its name in the header or by its position, from 0."""


class RatingScale(Section):
    """Of explicit ratings."""

    minimum: Number
    maximum: Number
    """Predictions are clipped to the range."""
    relevance_threshold: Number
    """The rating from which on an item counts as relevant."""

    @field_validator("maximum")
    @classmethod
    def _above_minimum(cls, maximum: float, fields: ValidationInfo) -> float:
        minimum = fields.data.get("minimum", -math.inf)
        if maximum <= minimum:
            raise ValueError(f"expected a number above the minimum, {minimum}")
        return maximum

    @field_validator("relevance_threshold")
    @classmethod
    def _on_the_scale(cls, threshold: float, fields: ValidationInfo) -> float:
        low, high = fields.data.get("minimum", -math.inf), fields.data.get("maximum", math.inf)
        if not low <= threshold <= high:
            raise ValueError(f"expected a number from {low} to {high}")
        return threshold


class SplitParams(Section):
    strategy: Strategy
    """`published`: as the files say; `random`: a share of all; `random_per_user`: a share of each
    user's; `leave_one_out`: each user's last; `temporal`: the latest share of all; `one_per_item`:
    at most one of an item, and only if its user keeps another."""
    fold: str | None = None
    """Which of several published splits, for `published`."""
    test_fraction: Share
    """Share of all interactions that tests."""
    valid_fraction: Share
    """Share of the rest that validates, held out in the same manner; at random if published."""


class FeatureColumn(Section):
    """A column of a users or items table as a block of side information."""

    column: Column
    kind: FeatureKind
    separator: str | None = None
    """Between the values of a `multi_valued` column, such as `|`."""


class FileFormat(Section):
    """How a text table is written; of Parquet files nothing of it is looked at."""

    separator: Annotated[str, Field(min_length=1)] = ","
    """One or more characters."""
    quote: Annotated[str, Field(pattern=r"^[!-~]$")] | None = '"'
    """Around values that hold a separator, doubled inside them; None: a character as any other."""
    header: bool = True
    encoding: str = "utf-8"


class EntityTable(Section):
    """A table of users or of items, a row each."""

    path: str
    id: Column
    title: Column | None = None
    features: dict[str, FeatureColumn] = Field(default_factory=dict)
    format: FileFormat = FileFormat()


class TableParams(Section):
    """Files of one's own below data/raw/<data set>/: CSV, TSV or Parquet, plain or gzipped."""

    interactions: str
    """The interactions; with `test` those that train."""
    test: str | None = None
    valid: str | None = None
    format: FileFormat = FileFormat()
    user: Column
    item: Column
    rating: Column | None = None
    """None for events."""
    timestamp: Column | None = None
    timestamp_unit: TimeUnit = "s"
    duplicates: Duplicates = "error"
    """Of several rows of a user and an item: the last in time, the highest rating, one event
    for all of them, or a fault."""
    min_user_interactions: Count = 1
    min_item_interactions: Count = 1
    """Users and items with fewer are left out, until all have enough (k-core)."""
    users: EntityTable | None = None
    items: EntityTable | None = None


class DatasetParams(Section):
    """Everything after the reader looks at these properties, never at the data set's name."""

    reader: str
    """A module of graphrec/data/readers."""
    user_name: str
    """What a user is called in figures, in the singular, as the next two."""
    item_name: str
    interaction_name: str
    ratings: RatingScale | None
    """None for implicit events: a pair is there or not."""
    split: SplitParams
    table: TableParams | None = None
    """For the reader `table`."""
