"""A trained run's answers over HTTP.

Run as `python -m graphrec.answers.service <run> --port 8080`, or `make serve RUN=<run>`.
"""

import argparse
import sys
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query
from starlette.middleware.trustedhost import TrustedHostMiddleware

from graphrec.answers.careful import CarefulRoute
from graphrec.answers.named import NamedAnswers, Row
from graphrec.answers.predictor import Predictor
from graphrec.answers.request import Request
from graphrec.answers.requested import history_of, recommend
from graphrec.answers.search import search
from graphrec.config.paths import Paths
from graphrec.config.server import HOST, NAMES, expect_free

PORT = 8080

Name = Annotated[str, Query(min_length=1, max_length=1000)]
Typed = Annotated[str, Query(max_length=1000)]
Most = Annotated[int, Query(ge=1)]


def router(predictor: Predictor, run: str = "") -> APIRouter:
    """What a predictor answers below /api; `run` is told with the answers."""
    answers, data = NamedAnswers(predictor), predictor.data
    routes = APIRouter(prefix="/api", route_class=CarefulRoute)

    @routes.get("/about")
    def about() -> Row:
        words = data.about.model_dump(
            include={"user_name", "item_name", "interaction_name", "ratings"}
        )
        sizes = {"users": data.num_users, "items": data.num_items}
        return {"run": run, "target": answers.target, **sizes, **words}

    @routes.get("/users")
    def users(q: Typed = "", limit: Most = 10) -> list[Row]:
        return search(answers.users, predictor.before.user, q, limit)

    @routes.get("/items")
    def items(q: Typed = "", limit: Most = 10) -> list[Row]:
        return search(answers.items, predictor.before.item, q, limit)

    @routes.post("/recommend")
    def recommended(request: Request) -> Row:
        history = history_of(answers, request)
        (rows,) = recommend(answers, [history], request)
        for row in rows:
            row["target"] = row.pop(answers.target)
        return {"run": run, "cold": predictor.is_cold(history), "items": rows}

    @routes.get("/similar")
    def similar(item: Name, k: Most = 10) -> list[Row]:
        return answers.similar(answers.items.find(item), k)

    @routes.get("/explain")
    def explain(user: Name, item: Name) -> Row:
        number = answers.items.find(item)
        history = predictor.known(answers.users.find(user))
        return answers.name(number) | answers.explain(history, number)

    return routes


def make_app(predictor: Predictor, run: str = "", hosts: tuple[str, ...] = NAMES) -> FastAPI:
    """The service on its own, answering to the names in `hosts` alone."""
    # FastAPI's own pages load their scripts from elsewhere.
    app = FastAPI(title="graphrec", docs_url=None, redoc_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.include_router(router(predictor, run))

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"run": run}

    return app


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m graphrec.answers.service")
    parser.add_argument("run", help="a folder of models/")
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args(arguments)
    folder = Paths().model(options.run)
    if not folder.is_dir():
        names = ", ".join(sorted(path.name for path in folder.parent.glob("*/"))) or "none yet"
        sys.exit(f"expected a trained run, got {options.run!r}: choose one of {names}")
    expect_free(options.port, "make serve")
    import torch
    import uvicorn

    # Each request has a thread of its own; more of them to each make all slower.
    torch.set_num_threads(1)
    app = make_app(Predictor.load(folder), options.run)
    print(f"{options.run}: http://{HOST}:{options.port}/api/about\nCtrl-C ends it.", flush=True)
    uvicorn.run(app, host=HOST, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
