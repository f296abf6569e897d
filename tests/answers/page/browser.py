"""A real browser, for the tests of pages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def chromium() -> Iterator:
    """Skips where playwright or a Chromium is missing. An event loop runs until it is closed, so
    that it is open for one module of tests at most."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    binary = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with playwright.sync_playwright() as tools:
        try:
            browser = tools.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        except playwright.Error:
            pytest.skip("needs Chromium: install it, or call playwright install chromium")
        yield browser
        browser.close()
