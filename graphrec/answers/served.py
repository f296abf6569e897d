"""The model that MLflow serves: this file and a model folder, no object that was pickled.

MLflow runs the file as it stands, beside its own copy of the package. A row of the input is a
person. MLflow reads CSV only for models whose columns are all scalars, so that the columns of
lists are declared as texts: lists come as they are in JSON and in a data frame, and as JSON in CSV.
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from pydantic import ValidationError

from graphrec.answers.history import History
from graphrec.answers.named import NamedAnswers
from graphrec.answers.predictor import Predictor
from graphrec.answers.request import Request, described, shortened
from graphrec.answers.requested import history_of, recommend

MOST_ROWS = 10_000
COLUMNS = ["user", "items", "ratings"]


class ServedRecommender(PythonModel):
    """A predictor behind MLflow's interface."""

    def load_context(self, context: PythonModelContext) -> None:
        self.answers = NamedAnswers(Predictor.load(Path(context.artifacts["model"])))

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """A row for each recommended item: row (of the input), user, rank (from 1), item, title,
        score, rating or chance, and because, if `explain`.

        Raises MlflowException, which MLflow's server answers with status 400.
        """
        try:
            requests, histories = self._people(model_input, params or {})
            lists = recommend(self.answers, histories, requests[0])
        except ValueError as error:
            raise MlflowException.invalid_parameter_value(str(error)) from error
        columns = ["row", "user", "rank", "item", "title", "score", self.answers.target]
        if requests[0].explain:
            columns.append("because")
        records = [
            {"row": row, "user": request.user} | recommended
            for row, (request, rows) in enumerate(zip(requests, lists, strict=True))
            for recommended in rows
        ]
        return pd.DataFrame(records, columns=columns, dtype=object)

    def _people(
        self, table: pd.DataFrame, params: dict[str, Any]
    ) -> tuple[list[Request], list[History]]:
        """A request and a history for each row. Raises ValueError, which names the row."""
        if not 1 <= len(table) <= MOST_ROWS:
            raise ValueError(
                f"expected 1 to {MOST_ROWS} rows with some of {', '.join(COLUMNS)}, "
                f"got {len(table)}"
            )
        requests, histories = [], []
        for row, values in enumerate(table.reindex(columns=COLUMNS).itertuples(index=False)):
            try:
                user, items, ratings = map(_value, values)
                given = {"user": user, "items": _list(items), "ratings": _list(ratings)}
                requests.append(Request.model_validate(given | params))
                histories.append(history_of(self.answers, requests[-1]))
            except ValidationError as error:
                faults = described(error.errors(include_url=False))
                raise ValueError(f"row {row}: {faults}") from error
            except ValueError as error:
                raise ValueError(f"row {row}: {error}") from error
        return requests, histories


def _value(cell: Any) -> Any:
    """A cell without what pandas makes of it: None where it is empty, lists as lists."""
    if hasattr(cell, "tolist"):
        cell = cell.tolist()
    if isinstance(cell, list | dict):
        return cell
    return None if pd.isna(cell) else cell


def _list(cell: Any) -> Any:
    """A list that may be written as JSON."""
    if not isinstance(cell, str):
        return cell
    try:
        return json.loads(cell)
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"expected a list, in CSV such as [5, 3.5], got {shortened(cell)}"
        ) from error


set_model(ServedRecommender())
