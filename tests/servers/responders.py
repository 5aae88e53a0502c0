"""What loopback servers answer: files of a folder, or what another server says."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs, urlsplit

from servers.serving import Answer, Asked

if TYPE_CHECKING:
    from servers.serving import Responder

TOKENS = "/sas/token/"
_TYPES = {
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".tif": "image/tiff",
    ".TIF": "image/tiff",
}
_JSON = "application/json"


def responder_of(settings: dict[str, Any]) -> Responder:
    """Makes one in the server's process."""
    given = dict(settings)
    return {"files": FileResponder, "proxy": ProxyResponder}[given.pop("kind")](**given)


class FileResponder:
    """Files under a prefix, with ranges; signed ones only to those with a token."""

    def __init__(self, folder: str, prefix: str, *, signed: bool, token_seconds: float) -> None:
        self._folder, self._prefix, self._signed = Path(folder), prefix, signed
        self._token_seconds = token_seconds
        self._valid: dict[str, datetime] = {}
        self._given = 0
        self._lock = threading.Lock()

    def answer(self, asked: Asked) -> Answer:
        if self._signed and asked.path.startswith(TOKENS):
            return self._token()
        if self._signed and not self._is_signed(parse_qs(urlsplit(asked.target).query)):
            return Answer(403, b"<Error><Code>AuthenticationFailed</Code></Error>")
        file = (self._folder / asked.path.removeprefix(self._prefix)).resolve()
        if not (asked.path.startswith(self._prefix) and file.is_relative_to(self._folder) and file.is_file()):
            return Answer(404, b"<Error><Code>BlobNotFound</Code></Error>")
        return _part_of(file, asked)

    def tell(self, name: str, value: Any) -> Any:
        with self._lock:
            match name:
                case "expire tokens":
                    self._valid.clear()
                case "token seconds":
                    self._token_seconds = value
                case "tokens given":
                    return self._given
                case _:
                    raise ValueError(name)
        return None

    def close(self) -> None:
        """Nothing to tidy up."""

    def _token(self) -> Answer:
        signature = secrets.token_hex(8)
        with self._lock:
            expiry = datetime.now(UTC) + timedelta(seconds=self._token_seconds)
            self._valid[signature] = expiry
            self._given += 1
        stamp = f"{expiry:%Y-%m-%dT%H:%M:%SZ}"
        document = {"msft:expiry": stamp, "token": f"se={stamp}&sp=r&sig={signature}"}
        return Answer(200, json.dumps(document).encode(), {"Content-Type": _JSON})

    def _is_signed(self, query: dict[str, list[str]]) -> bool:
        with self._lock:
            expiry = self._valid.get(query.get("sig", [""])[0])
        return expiry is not None and datetime.now(UTC) < expiry


class ProxyResponder:
    """What a server says that it runs on another port; 503 until that is up."""

    def __init__(self) -> None:
        self._port: int | None = None
        self._backend: subprocess.Popen[bytes] | None = None

    def answer(self, asked: Asked) -> Answer:
        if self._port is None:
            return Answer(503, b"not up yet\n")
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            headers = {"Content-Type": asked.headers.get("Content-Type", _JSON)}
            connection.request(asked.method, asked.target, asked.body or None, headers)
            answer = connection.getresponse()
            kind = answer.headers.get("Content-Type", _JSON)
            return Answer(answer.status, answer.read(), {"Content-Type": kind})
        except (OSError, HTTPException) as error:
            return Answer(502, f"{error}\n".encode())
        finally:
            connection.close()

    def tell(self, name: str, value: Any) -> Any:
        match name:
            case "run":
                with Path(value["log"]).open("wb") as log:
                    self._backend = subprocess.Popen(
                        value["command"],
                        cwd=value["folder"],
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                    )
                self._port = value["port"]
                return None
            case "state":
                if self._backend is None or self._backend.poll() is not None:
                    return "ended"
                return (
                    "answers" if self.answer(Asked("GET", "/", "/", {}, b"", 1.0)).status == 200 else "starts"
                )
            case _:
                raise ValueError(name)

    def close(self) -> None:
        if self._backend is not None:
            self._backend.kill()
            self._backend.wait()


def _part_of(file: Path, asked: Asked) -> Answer:
    """What is asked for of a file, or of the share of it that is there."""
    size = int(file.stat().st_size * asked.share)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Type": _TYPES.get(file.suffix, "application/octet-stream"),
        "ETag": f'"{file.stat().st_mtime_ns:x}-{size:x}"',
    }
    if asked.method == "HEAD":
        return Answer(200, b"", headers | {"Content-Length": str(size)})
    part = _range(asked.headers.get("Range"), size)
    if part == "unsatisfiable":
        return Answer(416, b"", headers | {"Content-Range": f"bytes */{size}"})
    first, last = part or (0, size - 1)
    with file.open("rb") as content:
        content.seek(first)
        body = content.read(last - first + 1)
    if part is None:
        return Answer(200, body, headers)
    return Answer(206, body, headers | {"Content-Range": f"bytes {first}-{last}/{size}"})


def _range(header: str | None, size: int) -> tuple[int, int] | Literal["unsatisfiable"] | None:
    """First and last byte of one range; None where all is asked for, or several ranges at once."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", header or "")
    if match is None or match[0] == "bytes=-":
        return None
    if not match[1]:
        return max(0, size - int(match[2])), size - 1
    first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
    return (first, last) if first <= last else "unsatisfiable"
