"""How a request may come over the wire; uvicorn itself would wait for, and keep, headers without end."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.errors import HeadersError, HeadersTooLargeError, RequestTimeoutError
from app.problems import problem

if TYPE_CHECKING:
    import asyncio

    from app.settings import Settings
    from geodata.errors import LandshotError

MAX_HEAD_BYTES = 65_536
"""Of an address and its headers; also of anything between the pieces of a body that is no body."""

LINGER_S = 5.0
"""How long a client may go on sending a body after it was answered; a closed door might cost it the answer."""


class GuardedProtocol(HttpToolsProtocol):
    """HTTP/1.1 for one connection, with an end to what may come before and beside a body."""

    head_timeout_s = 30.0

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as uvicorn calls it
        super().__init__(*given, **named)
        self._in_head = True
        self._fruitless_bytes = 0  # since the last head or piece of a body was complete
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """A client is there; it should say what it wants."""
        super().connection_made(transport)
        self._arm(self.head_timeout_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """More of a request."""
        if self._in_head and self._timer is None:
            self._arm(self.head_timeout_s)
        self._fruitless_bytes += len(data)
        super().data_received(data)
        if self._fruitless_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(
                HeadersTooLargeError(
                    f"Address and headers may have {MAX_HEAD_BYTES:,} bytes; what is large belongs in the body."
                )
            )

    def on_headers_complete(self) -> None:
        """The request begins; its body may follow."""
        self._in_head = False
        self._fruitless_bytes = 0
        self._disarm()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        self._fruitless_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is all there; another may follow."""
        self._in_head = True
        self._fruitless_bytes = 0
        self._disarm()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is sent, perhaps before its request was all there."""
        super().on_response_complete()
        if not self._in_head and not self.transport.is_closing():
            self._arm(LINGER_S)

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP."""
        self._refuse(HeadersError(f"{msg} This server speaks HTTP/1.1."))

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._timer = self.loop.call_later(seconds, self._too_late)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_late(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self._is_answering():  # the request before this one has its time
            self._arm(self.head_timeout_s)
        elif self._in_head and self._fruitless_bytes:
            self._refuse(RequestTimeoutError(f"The headers have to arrive within {self.head_timeout_s:g} s."))
        else:
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, error: LandshotError) -> None:
        """Answer with a problem document, unless another answer is on its way, and close the connection."""
        if not self._is_answering():
            scope = {"path": "/", "method": "-", "landshot.request_id": secrets.token_hex(8)}
            response = problem(scope, error, {"Connection": "close"})
            headers = [*self.server_state.default_headers, *response.raw_headers]
            lines = [STATUS_LINE[response.status_code], *(b"%s: %s\r\n" % header for header in headers)]
            self.transport.write(b"".join([*lines, b"\r\n", bytes(response.body)]))
        self.transport.close()


def guarded_protocol(settings: Settings) -> type[GuardedProtocol]:
    """The protocol of a server: its headers have the time that its bodies have."""
    return type("GuardedProtocol", (GuardedProtocol,), {"head_timeout_s": settings.body_timeout_s})
