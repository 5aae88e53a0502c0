"""A server that asks for keys, and two clients of it."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from processes import running_server

from app.database.connection import Database
from app.keys.store import KeyStore

if TYPE_CHECKING:
    from pathlib import Path

MAX_BODY_BYTES = 300_000
BODY_TIMEOUT_S = 2.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)

    def problem(self, status: int, code: str = "") -> dict[str, Any]:
        """What was refused, which has to be a complete problem document; OGC has types of its own for jobs."""
        assert self.status == status, self.content[:500]
        assert self.headers["content-type"] == "application/problem+json"
        found = self.json()
        assert not code or found["type"] == f"/problems/{code}"
        assert found["status"] == status
        assert b"Traceback" not in self.content
        return found


@dataclass(frozen=True)
class Guarded:
    url: str
    data_dir: Path
    keys: KeyStore
    mine: str
    """A key that has made `ids`."""

    other: str
    """A key that has made nothing."""

    openapi: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """Path parameter -> what of `mine` has that id; every kind of thing that a key owns belongs here."""

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)

    def log(self) -> str:
        return (self.data_dir / "server.log").read_text()

    def ask(
        self, path: str, key: str = "", *, method: str = "GET", body: Any = None, **headers: str
    ) -> Answer:
        """One request whose path goes over the wire as it is written here."""
        with closing(http.client.HTTPConnection(*self.address, timeout=60)) as connection:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            if key:
                sent["Authorization"] = f"Bearer {key}"
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, found, response.read())

    @contextmanager
    def connection(self):
        """A bare socket."""
        with socket.create_connection(self.address, timeout=30) as opened:
            yield opened


@contextmanager
def running_guarded(data_dir: Path, scene: Any):
    """The server, with a map of one key."""
    with closing(Database.open(None, data_dir)) as database:
        keys = KeyStore(database)
        mine, other = (keys.create(name)[1] for name in ("mine", "other"))
        with running_server(
            data_dir,
            "--imagery",
            f"blocks={scene.path}",
            require_keys=True,
            max_body_bytes=MAX_BODY_BYTES,
            body_timeout_s=BODY_TIMEOUT_S,
        ) as server:
            running = Guarded(server.url, data_dir, keys, mine, other)
            running.openapi.update(running.ask("/openapi.json").json())
            body = json.dumps({"labels": scene.labels}).encode()
            made = running.ask("/adapt", mine, method="POST", body=body, content_type="application/json")
            assert made.status == 200, made.content
            running.ids["map_id"] = made.headers["location"].rsplit("/", 1)[1]
            running.ids["tiles_id"] = running.ids["adaptation_id"] = made.headers["link"].split(">")[0][-32:]
            job = running.ask(
                "/adapt",
                mine,
                method="POST",
                body=body,
                content_type="application/json",
                prefer="respond-async",
            )
            assert job.status == 201, job.content
            running.ids["job_id"] = job.headers["location"].rsplit("/", 1)[1]
            yield running


def operations(openapi: dict[str, Any]) -> list[tuple[str, str]]:
    """(method, path with its parameters in braces) of everything that a server does."""
    return [(method.upper(), path) for path, methods in openapi["paths"].items() for method in methods]
