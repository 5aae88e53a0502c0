"""Who asks: `scope["landshot.owner"]`, from an API key or a signed address; all others are sent away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from app.database.tables import LOCAL
from app.errors import KeyNeededError, SignatureError, TooManyRequestsError
from app.keys.exposure import keys_required
from app.keys.key import read_key
from app.keys.known import KnownKeys
from app.keys.owner import OWNER
from app.keys.quotas import quota
from app.keys.rate import RequestRates
from app.keys.store import KeyStore
from app.problems import problem
from geodata.errors import LandshotError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.database.connection import Database
    from app.keys.key import Key
    from app.keys.signing import Signer
    from app.settings import Settings

NOBODY = ""
"""The owner behind an open address where keys are on: no map is nobody's."""

_OPEN = re.compile(
    r"/|/page/.*|/livez|/readyz|/docs|/docs/oauth2-redirect|/openapi\.json|/conformance"
    r"|/problems(?:/[^/]*)?|/processes(?:/[^/]*)?"
)
"""Whether the server runs, and what it can do; nothing of what it holds."""

_READING = ("GET", "HEAD")


def is_open(method: str, path: str) -> bool:
    """Whether a request needs no key, also where keys are on."""
    return method in _READING and _OPEN.fullmatch(path) is not None


class KeysMiddleware:
    """Checks the key of each request, and counts the requests of each key.

    Args:
        app: what it guards.
        settings: whether keys are needed, and how many requests a key has in a minute.
        database: with the keys.
        signer: of the addresses that need no key.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings, database: Database, signer: Signer) -> None:
        self.app = app
        self._settings = settings
        self._required = keys_required(settings)
        self._known = KnownKeys(KeyStore(database))
        self._rates = RequestRates()
        self._signer = signer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            scope[OWNER] = await self._owner(scope)
        except LandshotError as error:
            await problem(scope, error, _headers(error))(scope, receive, send)
            return
        is_private = scope[OWNER] not in (LOCAL, NOBODY)
        await self.app(scope, receive, _for_one_client(send) if is_private else send)

    async def _owner(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        is_reading = scope["method"] in _READING
        sent = _credential(headers)
        signature = None
        if is_reading and sent is None:
            signature = self._signer.read(scope["path"], scope["query_string"].decode("latin-1"))
        if not self._required:
            return LOCAL
        if is_open(scope["method"], scope["path"]):
            return NOBODY
        if signature is not None:
            key = await self._known.good(signature.owner)
            if key is None:
                raise SignatureError("The key that signed this address was revoked; ask for another address.")
        else:
            key = await self._verified(sent)
        self._count(key)
        return key.id

    async def _verified(self, sent: str | None) -> Key:
        if not sent:
            raise KeyNeededError(
                "Send an API key: 'Authorization: Bearer lsk_...' or 'X-API-Key: lsk_...'. "
                "Whoever runs this server makes keys, with `landshot keys create NAME`."
            )
        written = read_key(sent)
        key = await self._known.verified(written) if written else None
        if key is None:
            raise KeyNeededError(
                "The API key is not known here, or was revoked; ask whoever runs this server for another."
            )
        return key

    def _count(self, key: Key) -> None:
        most = quota(key, self._settings, "max_requests_per_minute")
        if wait := self._rates.wait_s(key.id, most):
            raise TooManyRequestsError(
                f"This key may send {most:,} requests a minute (LANDSHOT_MAX_REQUESTS_PER_MINUTE, or the key's "
                f"own number); come back in {wait} s.",
                retry_after_s=wait,
            )


def _credential(headers: Headers) -> str | None:
    """What stands where a key should; None where nothing does."""
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":  # another scheme may be meant for a proxy
        return token.strip()
    return headers.get("x-api-key")


def _headers(error: LandshotError) -> dict[str, str]:
    if isinstance(error, KeyNeededError):
        return {"WWW-Authenticate": 'Bearer realm="landshot"'}
    if isinstance(error, TooManyRequestsError):
        return {"Retry-After": str(error.retry_after_s)}
    return {}


def _for_one_client(send: Send) -> Send:
    """Proxies between server and client must not keep what others may not see."""

    async def private(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            directives = [part.strip() for part in headers.get("cache-control", "").split(",")]
            kept = [part for part in directives if part and part.lower() not in ("public", "private")]
            headers["Cache-Control"] = ", ".join(["private", *kept])
            headers.add_vary_header("Authorization, X-API-Key")
        await send(message)

    return private
