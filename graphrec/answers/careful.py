"""Routes that say in a sentence what is wrong with a request, and read no large ones."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.types import Message, Receive

from graphrec.answers.request import described, shortened

LARGEST = 1_000_000
"""Bytes of a request's body."""


class CarefulRoute(APIRoute):
    """Answers `{"detail": "expected …, got …"}` with 413 to a body above LARGEST, 415 to one that
    is not called JSON, and 422 to what is not valid and to what raises ValueError."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def careful(request: Request) -> Response:
            if request.method == "POST":
                _check_headers(request)
                request = Request(request.scope, _limited(request.receive))
            try:
                return await handle(request)
            except RequestValidationError as error:
                raise HTTPException(422, described(error.errors())) from error
            except ValueError as error:
                raise HTTPException(422, str(error)) from error

        return careful


def _check_headers(request: Request) -> None:
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "application/json":
        got = shortened(kind) if kind else "none"
        raise HTTPException(415, f"expected the content type application/json, got {got}")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > LARGEST:
        raise _too_large(f"{int(length):,}")


def _limited(receive: Receive) -> Receive:
    """The body's messages, until they are too large together; a sender need not tell its length."""
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST:
            raise _too_large(f"more than {LARGEST:,}")
        return message

    return limited


def _too_large(got: str) -> HTTPException:
    # The rest of the body is not read, so that nothing else can come on the same connection.
    detail = f"expected a body of at most {LARGEST:,} bytes, got {got}"
    return HTTPException(413, detail, {"Connection": "close"})
