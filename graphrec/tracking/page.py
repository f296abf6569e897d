"""MLflow's page of the project's store, as a reader of trained models wants it at the first look.

Run as `python -m graphrec.tracking.page 5000`, or `make ui`. MLflow opens in its mode for language
models and with a run table that has no measures: both are settings of the reader's browser, which
no tag of an experiment changes. So the page is served with those settings where the browser has
none; what a reader chooses then stays.
"""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from graphrec.config.edge import UsageError, run_command
from graphrec.config.errors import StoreError
from graphrec.config.server import HOST, expect_free
from graphrec.tracking.reach import SERVED, store_is_needed, without_password
from graphrec.tracking.store import open_store, tracking_uri
from graphrec.tracking.views import runs_address, view_state

if TYPE_CHECKING:
    from fastapi import FastAPI


def first_settings(experiment: str) -> dict[str, object]:
    """Keys of the browser's local storage, as MLflow 3.17 names them, and their first values."""
    runs_page = f'ExperimentPage-["{experiment}"]'
    return {
        "mlflow.workflowType_v1": "machine_learning",
        # Else a chat takes a quarter of the page.
        "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": True,
        f"MLflowLocalStorage-1.1-{runs_page}-ReactComponentState": view_state(),
    }


def with_settings(html: str, settings: dict[str, object]) -> str:
    """A page that sets what the browser has not yet set, before any other script runs."""
    texts = {key: json.dumps(value) for key, value in settings.items()}
    script = (
        f"for (const [key, text] of Object.entries({json.dumps(texts)})) "
        "if (localStorage.getItem(key) === null) localStorage.setItem(key, text)"
    )
    return html.replace("<head>", f"<head><script>{script}</script>", 1)


def make_app(uri: str, experiment: str) -> "FastAPI":
    """MLflow's server on a store, with its page of that experiment set up."""
    from mlflow.server import app as pages
    from mlflow.server.constants import BACKEND_STORE_URI_ENV_VAR, REGISTRY_STORE_URI_ENV_VAR

    os.environ |= {BACKEND_STORE_URI_ENV_VAR: uri, REGISTRY_STORE_URI_ENV_VAR: uri}
    from mlflow.server.fastapi_app import create_fastapi_app

    html = (Path(str(pages.static_folder)) / "index.html").read_text()
    page = with_settings(html, first_settings(experiment))
    pages.view_functions["serve"] = lambda: (page, {"Cache-Control": "no-store"})
    app: FastAPI = create_fastapi_app()
    return app


def main(number: str = "5000") -> None:
    uri = tracking_uri()
    if uri.startswith(SERVED):
        raise StoreError(
            f"MLflow is served elsewhere (MLFLOW_TRACKING_URI): open {without_password(uri)}"
        )
    if not (number.isascii() and number.isdigit() and 0 < (port := int(number[:6])) < 1 << 16):
        raise UsageError(f"expected a port from 1 to 65535, got {number!r}: call make ui PORT=5000")
    expect_free(port, "make ui")
    import uvicorn

    with store_is_needed(uri):
        _, experiment = open_store(uri)
    app = make_app(uri, experiment)
    print(
        f"MLflow: open http://{HOST}:{port} and click on graphrec, or go straight to "
        f"http://{HOST}:{port}/{runs_address(experiment)}\nCtrl-C ends it.",
        flush=True,
    )
    uvicorn.run(app, host=HOST, port=port, log_level="warning")


if __name__ == "__main__":
    run_command("page", main, "port")
