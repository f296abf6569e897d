"""Answers in which users and items have the ids and titles that people know."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from graphrec.answers.catalogue import Catalogue
from graphrec.answers.history import History
from graphrec.answers.predictor import Predictor
from graphrec.data.interactions import Mask

Row = dict[str, Any]
"""Of a table: what each column says."""
DECIMALS = 6
"""To which scores are given: what single precision has."""
MOST = 5
"""Reasons given for a recommendation."""
SPOKEN = 3
"""Of these in a table or CSV."""


class NamedAnswers:
    """Answers of `predictor` as rows of a table. No internal number is among them."""

    def __init__(self, predictor: Predictor) -> None:
        about = predictor.data.about
        self.predictor = predictor
        self.users = Catalogue(predictor.data.users, about.user_name)
        self.items = Catalogue(predictor.data.items, about.item_name)
        self.target = "rating" if predictor.data.explicit else "chance"
        """What is predicted of an item beside its score."""

    def recommend(
        self,
        histories: Sequence[History],
        k: int,
        include_seen: bool = False,
        allowed: Mask | None = None,
    ) -> list[list[Row]]:
        """A list of rank, item, title, score and target for each history, as `Predictor` ranks."""
        lists = self.predictor.recommend(histories, k, not include_seen, allowed)
        return [
            [
                {"rank": rank} | self.name(one.item) | self._values(one.score, one.target)
                for rank, one in enumerate(best, 1)
            ]
            for best in lists
        ]

    def similar(self, item: int, k: int, allowed: Mask | None = None) -> list[Row]:
        """The k items most like `item` (among those allowed): rank, item, title, cosine."""
        ranked = self.predictor.similar(item, k if allowed is None else len(self.items))
        among = [pair for pair in ranked if allowed is None or allowed[pair[0]]]
        return [
            {"rank": rank} | self.name(other) | {"cosine": _rounded(cosine)}
            for rank, (other, cosine) in enumerate(among[:k], 1)
        ]

    def score(self, history: History, item: int) -> Row:
        """Score and target of an item, and its rank `of` all unseen items, as `recommend` ranks;
        without a rank where the history has it."""
        scores, targets = self.predictor.scores_and_targets([history])
        row = scores[0].numpy()
        unseen = np.ones(len(self.items), bool)
        unseen[history.item] = False
        before = (row > row[item]) | ((row == row[item]) & (np.arange(len(row)) < item))
        rank = 1 + int((before & unseen).sum()) if unseen[item] else None
        values = self._values(float(row[item]), float(targets[0, item]))
        return self.name(item) | values | {"rank": rank, "of": int(unseen.sum())}

    def score_new(self, history: History, features: Mapping[str, Any]) -> Row:
        """The same of an item that is not in the data: `Predictor.score_new_item`."""
        score, target = (float(one) for one in self.predictor.score_new_item(features, [history]))
        unseen = np.ones(len(self.items), bool)
        unseen[history.item] = False
        before = self.predictor.scores([history])[0].numpy()[unseen] >= score
        values = self._values(score, target)
        return {"item": "new"} | values | {"rank": 1 + int(before.sum()), "of": int(unseen.sum())}

    def most_like(self, features: Mapping[str, Any], most: int = SPOKEN) -> tuple[int, list[str]]:
        """How many items speak for a new one, and titles of those most like it."""
        weights = self.predictor.new_items.weights(features)
        best = np.argsort(-weights, kind="stable")[:most]
        titles = [self.items.titles[item] for item in best if weights[item] > 0]
        return int((weights > 0).sum()), titles

    def explain(self, history: History, item: int) -> Row:
        """What `parts` of the model add to the score, and `because` of which items."""
        explanation = self.predictor.explain(history, item, MOST)
        return {
            "parts": {part.name: _rounded(part.value) for part in explanation.parts},
            "because": [
                self.name(reason.item)
                | {"value": _rounded(reason.value), "relation": reason.relation}
                for reason in explanation.because
            ],
        }

    def name(self, item: int) -> Row:
        """Id and title."""
        return {"item": self.items.ids[item], "title": self.items.titles[item]}

    def _values(self, score: float, target: float) -> Row:
        return {"score": _rounded(score), self.target: _rounded(target)}


def in_a_sentence(row: Row) -> Row:
    """A row with its first reasons as one text, and without what the parts add."""
    reasons = [
        f"{reason['title']} ({reason['relation']}, {reason['value']:+.3f})"
        for reason in row["because"][:SPOKEN]
    ]
    rest = {name: value for name, value in row.items() if name not in ("parts", "because")}
    return rest | {"because": "; ".join(reasons)}


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS)
