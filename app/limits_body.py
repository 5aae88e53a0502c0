"""How a request's body may come: as it is, and in time. How large it may be, Starlette's middleware says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from app.errors import UnsupportedMediaTypeError
from app.problems import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyArrivalMiddleware:
    """Refuses bodies that are compressed (415), and those that do not arrive in time (408).

    Nothing that a client sends is ever inflated, so no small body can become a large one.

    Args:
        app: what reads the bodies.
        timeout_s: for the whole of a body, from when it is first waited for.
    """

    def __init__(self, app: ASGIApp, *, timeout_s: float) -> None:
        self.app = app
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        encoding = Headers(scope=scope).get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity"):
            error = UnsupportedMediaTypeError(
                f"The body says Content-Encoding: {encoding[:40]!r}, and this server does not inflate; "
                "send it as it is."
            )
            await problem(scope, error, {"Accept-Encoding": "identity"})(scope, receive, send)
            return
        await self.app(scope, _in_time(receive, self._timeout_s), send)


def _in_time(receive: Receive, timeout_s: float) -> Receive:
    deadline: float | None = None
    is_complete = False

    async def received() -> Message:
        nonlocal deadline, is_complete
        if is_complete:  # whoever waits now waits for the client to go
            return await receive()
        now = asyncio.get_running_loop().time()
        deadline = now + timeout_s if deadline is None else deadline
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            # As Starlette's own refusals of bodies: FastAPI lets it pass, and app.problems words it.
            raise HTTPException(408) from None
        is_complete = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    return received
