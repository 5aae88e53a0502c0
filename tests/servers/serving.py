"""The process of a loopback server: answers HTTP, and does as it is told on its standard input.

It is a process of its own because rasterio holds Python's lock during some requests: a server in a thread beside it
could never answer them.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from servers.faults import Fault, Faults


@dataclass(frozen=True)
class Request:
    """What was asked for, and what came of it."""

    method: str
    path: str
    query: str
    range: str | None
    status: int
    """0 where the connection ended without an answer."""
    sent: int
    """Bytes of the body."""


@dataclass(frozen=True)
class Asked:
    """A request, as those who answer it see it."""

    method: str
    target: str
    """Path and query, as they came."""
    path: str
    """Without percent signs."""
    headers: dict[str, str]
    body: bytes
    share: float
    """Of a file that is there at all."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] | None = None


class Responder(Protocol):
    """Knows the answers."""

    def answer(self, asked: Asked) -> Answer:
        """Runs in a thread for each connection."""

    def tell(self, name: str, value: Any) -> Any:
        """Does what a test asks of this kind of server."""

    def close(self) -> None:
        """The process is about to end."""


class Desk:
    """What all connections share."""

    def __init__(self, responder: Responder) -> None:
        self.responder = responder
        self.faults = Faults()
        self.delay_s = 0.0
        self._requests: list[Request] = []
        self._lock = threading.Lock()

    def note(self, request: Request) -> None:
        with self._lock:
            self._requests.append(request)

    def tell(self, name: str, value: Any) -> Any:
        match name:
            case "break":
                return self.faults.add(value["pattern"], Fault(**value["fault"]))
            case "mend":
                return self.faults.clear()
            case "struck":
                return self.faults.struck()
            case "delay":
                self.delay_s = value
                return None
            case "requests" | "forget":
                with self._lock:
                    seen = [asdict(request) for request in self._requests]
                    if name == "forget":
                        self._requests.clear()
                return seen
            case _:
                return self.responder.tell(name, value)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are no errors of the server."""


class _Handler(BaseHTTPRequestHandler):
    """One connection; `desk` is set by a subclass."""

    desk: Desk
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are written apart

    def log_message(self, *_: object) -> None:
        """Tests look at the requests that were counted."""

    def _respond(self) -> None:
        path = unquote(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.desk.faults.strike(path)
        kind = fault.kind if fault else None
        pause = threading.Event()
        pause.wait(self.desk.delay_s + (fault.seconds if kind == "stall" else 0.0))
        if kind == "drop":
            self._note(path, 0, 0)
            self.close_connection = True
        elif kind == "status":
            self._send(path, Answer(fault.status, b"on purpose\n", fault.headers), 1.0)
        else:
            there = fault.share if kind == "short file" else 1.0
            asked = Asked(self.command, self.path, path, dict(self.headers.items()), body, there)
            self._send(path, self.desk.responder.answer(asked), fault.share if kind == "cut" else 1.0)

    do_GET = do_HEAD = do_POST = _respond  # noqa: N815 - as the library calls them

    def _send(self, path: str, answer: Answer, share: float) -> None:
        body = b"" if self.command == "HEAD" else answer.body
        sent = int(len(body) * share)
        self._note(path, answer.status, sent)  # first: who has the answer may look at the counts at once
        self.send_response(answer.status)
        for name, value in ({"Content-Length": str(len(answer.body))} | (answer.headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:sent])
        if sent < len(body):
            self.wfile.flush()
            self.close_connection = True

    def _note(self, path: str, status: int, sent: int) -> None:
        query = urlsplit(self.path).query
        self.desk.note(Request(self.command, path, query, self.headers.get("Range"), status, sent))


def main() -> None:
    """Serves until told to die: one line of settings, then one command a line, each with its answer."""
    from servers.responders import responder_of  # noqa: PLC0415 - they use what is defined here

    settings = json.loads(sys.stdin.readline())
    desk = Desk(responder_of(settings["responder"]))
    handler = type("Handler", (_Handler,), {"desk": desk})
    with _Server(("127.0.0.1", settings["port"]), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _say(server.server_address[1])
        try:
            for line in sys.stdin:  # it ends with the test, however that ends
                name, value = json.loads(line)
                if name == "die":
                    break
                _say(desk.tell(name, value))
        finally:
            desk.responder.close()
            _say("dead")
            os._exit(0)  # connections that are open end at once


def _say(value: Any) -> None:
    print(json.dumps(value), flush=True)  # noqa: T201 - to the process that started this one


if __name__ == "__main__":
    main()
