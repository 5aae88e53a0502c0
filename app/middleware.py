"""What every response gets: a request id, and problem details where Starlette answers in plain text."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from app.problems import of_status

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIdMiddleware:
    """Names each request, or keeps the name that a proxy gave it in `X-Request-ID`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        scope["landshot.request_id"] = request_id

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        await self.app(scope, receive, named)


class PlainErrorMiddleware:
    """Turns the plain-text refusals of Starlette's file responses (a bad range) into problem details."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        replaced = False

        async def rewritten(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"])
                replaced = message["status"] >= 400 and headers.get("content-type", "").startswith(
                    "text/plain"
                )
                if replaced:
                    await of_status(scope, message["status"], headers=headers)(scope, receive, send)
            if not replaced:
                await send(message)

        await self.app(scope, receive, rewritten)
