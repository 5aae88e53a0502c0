"""The right to read an asset, got when it is read: tokens expire, and searches are kept for longer."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qs, urlsplit

from pystac.utils import str_to_datetime
from requests import Session
from requests.adapters import HTTPAdapter

from geodata.imagery.stac.remote import patience, refusals

if TYPE_CHECKING:
    from geodata.imagery.stac.catalogue import Catalogue


class Signer(Protocol):
    """Makes published hrefs readable; many threads may use one."""

    def __call__(self, href: str) -> str:
        """The href to read from; the same one where it needs no signature.

        Raises:
            CatalogueError: no token can be had.
        """

    def forget(self, href: str) -> None:
        """Take the token that this href is signed with for expired: call it after a 403, then sign again."""


def signer(catalogue: Catalogue) -> Signer:
    """What signs the hrefs of a catalogue; it keeps its tokens, so make one and use it for all reads."""
    return _TokenSigner(catalogue) if catalogue.sign else _NoSigner()


class _NoSigner:
    def __call__(self, href: str) -> str:
        return href

    def forget(self, href: str) -> None:
        """Nothing was kept."""


@dataclass(frozen=True, slots=True)
class _Token:
    query: str
    expires: datetime


class _TokenSigner:
    """Shared access tokens of Planetary Computer, one for each storage container."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._tokens: dict[tuple[str, str], _Token] = {}
        # One thread asks and the others wait for its answer: the endpoint refuses those who ask too often.
        self._lock = threading.Lock()
        self._session = Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=patience()))

    def __call__(self, href: str) -> str:
        container = self._container(href)
        if container is None:
            return href
        with self._lock:
            token = self._tokens.get(container)
            if token is None or token.expires - datetime.now(UTC) < _EARLY:
                token = self._tokens[container] = self._ask(container)
        return f"{href}{'&' if urlsplit(href).query else '?'}{token.query}"

    def forget(self, href: str) -> None:
        container = self._container(href)
        if container is not None:
            with self._lock:
                self._tokens.pop(container, None)

    def _container(self, href: str) -> tuple[str, str] | None:
        """Account and container of an href that needs a signature; tokens are given to no other host."""
        url = urlsplit(href)
        host, path = (url.hostname or "").lower(), url.path.strip("/").split("/")
        ours = any(
            host == end or (end.startswith(".") and host.endswith(end))
            for end in self._catalogue.signed_hosts
        )
        if not ours or len(path) < 2 or "sig" in parse_qs(url.query):
            return None
        return host.split(".")[0], path[0]

    def _ask(self, container: tuple[str, str]) -> _Token:
        url = "/".join((self._catalogue.token_url.rstrip("/"), *container))
        with refusals(self._catalogue, url):
            response = self._session.get(url, timeout=self._catalogue.timeout_s)
            response.raise_for_status()
            said = response.json()
            return _Token(said["token"], str_to_datetime(said["msft:expiry"]))


_EARLY = timedelta(minutes=2)  # a read that begins with a token has to end with it
