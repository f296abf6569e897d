"""Small trained models, their page, and a browser that looks at it."""

from urllib.parse import urlencode

import pytest

from graphrec.answers.predictor import Predictor
from tests.answers.page.browser import chromium
from tests.answers.page.site import RUN, served, train_runs


@pytest.fixture(scope="module")
def site_paths(movielens, imdb, tmp_path_factory):
    return train_runs(tmp_path_factory.mktemp("site"), movielens.data, imdb.data)


@pytest.fixture(scope="module")
def predictor(site_paths) -> Predictor:
    return Predictor.load(site_paths.model(RUN))


@pytest.fixture(scope="module")
def address(site_paths):
    with served(site_paths.root) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser, address):
    """Opens the page with a query; what leaves it or goes wrong on it fails the test."""
    contexts, faults = [], []

    def answer(route):
        if route.request.url.startswith(address):
            return route.continue_()
        faults.append(f"asked for {route.request.url}")
        return route.abort()

    def page_of(width=1280, scheme="light", **query):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        context.route("**/*", answer)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: said.type == "error" and faults.append(said.text))
        page.goto(f"{address}?{urlencode(query, doseq=True)}")
        page.faults = faults
        return page

    yield page_of
    for context in contexts:
        context.close()
    assert faults == []
