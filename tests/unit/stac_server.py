"""A small STAC API on loopback: it keeps to the protocol, ignores filters, and fails when told to."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CORE = "https://api.stacspec.org/v1.0.0/core"
ITEM_SEARCH = "https://api.stacspec.org/v1.0.0/item-search"
QUERY = "https://api.stacspec.org/v1.0.0/item-search#query"


@dataclass
class Api:
    """What the server answers, and what it was asked."""

    items: list[dict]
    conforms_to: list[str] | None = field(default_factory=lambda: [CORE, ITEM_SEARCH])
    page: int = 100
    failures: list[int] = field(default_factory=list)
    """Status codes of the next answers."""

    body: bytes | None = None
    """Sent instead of any document."""

    searches: list[dict] = field(default_factory=list)
    requests: int = 0
    url: str = ""


@contextmanager
def stac_api(*items, **more):
    """Serve items; yields an `Api`, whose `url` is the landing page's."""
    api = Api(list(items), **more)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def answer(self, document):
            api.requests += 1
            status = api.failures.pop(0) if api.failures else 200
            body = api.body if api.body is not None else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            search = {"rel": "search", "type": "application/geo+json", "href": f"{api.url}/search"}
            links = [
                {"rel": "root", "href": api.url, "type": "application/json"},
                {"rel": "self", "href": api.url, "type": "application/json"},
                {**search, "method": "GET"},
                {**search, "method": "POST"},
            ]
            said = {} if api.conforms_to is None else {"conformsTo": api.conforms_to}
            page = {"type": "Catalog", "stac_version": "1.0.0", "id": "loopback", "description": "of a test"}
            self.answer({**page, **said, "links": links})

        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            first = int(asked.get("token") or 0)
            if not first:
                api.searches.append(asked)
            last = first + api.page
            links = []
            if last < len(api.items):
                body = {**asked, "token": str(last)}
                links = [{"rel": "next", "method": "POST", "href": f"{api.url}/search", "body": body}]
            self.answer({"type": "FeatureCollection", "features": api.items[first:last], "links": links})

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
