"""The page and the API of every run in models/, as one application."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from threading import Lock

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import Receive, Scope, Send

from graphrec.answers.named import Row
from graphrec.answers.page.routes import page_router
from graphrec.answers.page.runs import curves_of, datasets_of, measures_of
from graphrec.answers.predictor import Predictor
from graphrec.answers.service import router
from graphrec.config.paths import Paths
from graphrec.config.server import NAMES

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

# Pages of FastAPI's own load their scripts from elsewhere.
plain_app = partial(FastAPI, docs_url=None, redoc_url=None, openapi_url=None)


class RunApps:
    """Hands requests below /runs/<run> on to that run's API; a model is loaded when first asked."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.apps: dict[str, FastAPI] = {}
        self.lock = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = await run_in_threadpool(self.app_of, scope["path_params"]["run"])
        await app(scope, receive, send)

    def app_of(self, run: str) -> FastAPI:
        with self.lock:
            if run not in self.apps:
                self.apps[run] = self._load(run)
            return self.apps[run]

    def _load(self, run: str) -> FastAPI:
        names = [known["name"] for each in datasets_of(self.paths) for known in each["runs"]]
        if run not in names:
            detail = f"no run {run!r} in models/; there are: {', '.join(names)}"
            raise HTTPException(404, detail)
        predictor = Predictor.load(self.paths.model(run))
        app = plain_app()
        app.include_router(router(predictor, run))
        app.include_router(page_router(predictor))
        return app


def make_app(paths: Paths, hosts: tuple[str, ...] = NAMES) -> FastAPI:
    """The application for the models below `paths`, answering to the names in `hosts` alone."""
    app = plain_app()
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))

    @app.middleware("http")
    async def _headers(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        response.headers.update(HEADERS)
        return response

    @app.get("/page/datasets")
    def datasets() -> list[Row]:
        return datasets_of(paths)

    @app.get("/page/training")
    def training(dataset: str) -> Row:
        try:
            return {"curves": curves_of(paths, dataset), "measures": measures_of(paths, dataset)}
        except KeyError as unknown:
            raise HTTPException(404, str(unknown.args[0])) from unknown

    app.mount("/runs/{run}", RunApps(paths))
    app.mount("/", StaticFiles(directory=Path(__file__).parent / "static", html=True))
    return app
