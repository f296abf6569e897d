"""A small trained folder, and questions to an application without a network between."""

import asyncio
from pathlib import Path
from typing import Any

import httpx

from graphrec.data.prepare import Prepared
from tests.models.test_saved import small_params, train_alone


def train_folder(dataset: str, prepared: Prepared, root: Path) -> Path:
    run = f"{dataset}-base"
    return train_alone(run, prepared.data, small_params(run), root).model(run)


def ask(app: Any, method: str, address: str, **request: Any) -> httpx.Response:
    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, address, **request)

    return asyncio.run(answer())
