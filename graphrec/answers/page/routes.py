"""What the page asks of one run beside the API: who someone is, and a recommendation drawn out."""

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query

from graphrec.answers.careful import CarefulRoute
from graphrec.answers.named import NamedAnswers, Row
from graphrec.answers.page.graph import RelationGraph, as_json
from graphrec.answers.predictor import Predictor
from graphrec.answers.request import Request, Text
from graphrec.answers.requested import history_of
from graphrec.data.dataset import Entities


class Asked(Request):
    """Why is `item` for a known user, or for someone new?"""

    item: Text


def page_router(predictor: Predictor) -> APIRouter:
    """GET /page/user and /page/items, POST /page/why."""
    answers, data = NamedAnswers(predictor), predictor.data
    users, items = answers.users, answers.items
    relations = RelationGraph(predictor)
    routes = APIRouter(prefix="/page", route_class=CarefulRoute)

    @routes.get("/user")
    def user(user: Text) -> Row:
        number = users.find(user)
        history = predictor.known(number)
        order = np.lexsort((data.items.titles[history.item], -history.rating))
        had = zip(history.item[order].tolist(), history.rating[order].tolist(), strict=True)
        return {
            "user": users.ids[number],
            "title": users.titles[number],
            "about": features_of(data.users, number),
            "items": [answers.name(item) | {"rating": rating} for item, rating in had],
        }

    @routes.get("/items")
    def chosen(item: Annotated[list[Text], Query(max_length=1000)]) -> list[Row]:
        return [answers.name(items.find(each)) for each in item]

    @routes.post("/why")
    def why(asked: Asked) -> Row:
        item, history = items.find(asked.item), history_of(answers, asked)
        explanation = predictor.explain(history, item)
        shared = relations.relations([reason.item for reason in explanation.because], item)
        return {
            **answers.name(item),
            "about": features_of(data.items, item),
            "cold": predictor.is_cold(history),
            "score": explanation.score,
            "parts": [{"name": part.name, "value": part.value} for part in explanation.parts],
            "because": [
                answers.name(reason.item) | {"value": reason.value, "relation": reason.relation}
                for reason in explanation.because
            ],
            "relations": as_json(shared, items.ids),
        }

    return routes


def features_of(entities: Entities, number: int) -> list[Row]:
    """The side information of one user or item in words, a block each."""
    described = []
    for name, block in entities.features.items():
        row = block.matrix[[number]]
        if block.kind == "numeric":
            values = [f"{value:g}" for value in row.data]
        else:
            values = [str(column) for column in block.columns[np.sort(row.indices)]]
        if values:
            described.append({"name": name, "values": values})
    return described
