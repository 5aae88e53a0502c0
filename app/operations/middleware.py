"""Every request is counted, timed and logged: by what it was, never by what its client chose to write."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from structlog.contextvars import bind_contextvars, clear_contextvars

from app.keys.owner import OWNER
from app.operations.logs import FIELDS
from app.operations.redaction import printable
from app.operations.route_names import RouteNames

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.operations.metrics import Metrics

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "OTHER"

PROBES: Final = frozenset({"/livez", "/readyz", "/metrics"})
"""Asked every few seconds by machines: logged only where they fail, and never traced."""

PATH_CHARACTERS: Final = 200

log = logging.getLogger("landshot.requests")


class WatchRequestsMiddleware:
    """Stands right inside of `RequestIdMiddleware`, so that refusals of all others count too."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics
        self._routes = RouteNames()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Nothing is unbound at the end: the handler of unexpected errors is further out, and logs too. The server
        # runs each request in a context of its own.
        clear_contextvars()
        bind_contextvars(request_id=scope.get("landshot.request_id", "-"))
        status = 500  # unless a response begins

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = time.perf_counter()
        self.metrics.under_way.inc()
        try:
            await self.app(scope, receive, noted)
        finally:
            self.metrics.under_way.dec()
            self._tell(scope, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = self._routes.of(scope)
        method = scope["method"] if scope["method"] in METHODS else OTHER
        self.metrics.request(method, route, status, seconds)
        level = logging.WARNING if status >= 500 else logging.INFO
        if status < 500 and route in PROBES:
            level = logging.DEBUG
        if log.isEnabledFor(level):
            fields = {
                "method": method,
                "route": route,
                "path": printable(scope["path"], most=PATH_CHARACTERS),
                "status": status,
                "ms": round(1000 * seconds, 1),
            }
            if owner := scope.get(OWNER):
                fields["owner"] = owner
            log.log(level, "request", extra={FIELDS: fields})
