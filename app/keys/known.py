"""The keys that were asked for lately, in memory, so that a request does not need the database."""

from __future__ import annotations

import asyncio
import hmac
import time
from typing import TYPE_CHECKING

from app.keys.key import digest

if TYPE_CHECKING:
    from app.keys.key import Key, Written
    from app.keys.store import KeyStore

REMEMBERED_S = 3.0
"""A revoked key is refused after this at the latest."""

MOST = 10_000
"""Keys remembered at a time."""

_NOBODY = digest("")
"""What the secret of an id that does not exist is compared with, so that the time taken tells nothing."""


class KnownKeys:
    """Good keys, by what a client sends or by their id; for one event loop."""

    def __init__(self, store: KeyStore, remembered_s: float = REMEMBERED_S) -> None:
        self._store = store
        self._remembered_s = remembered_s
        self._found: dict[str, tuple[float, Key, str]] = {}  # id -> until when, the key, its digest
        self._asking: dict[str, asyncio.Task[tuple[Key, str] | None]] = {}

    async def verified(self, sent: Written) -> Key | None:
        """The key that a client has; None where it does not exist, has another secret or is revoked.

        Raises:
            DatabaseError: the database does not answer.
        """
        found = await self._find(sent.id)
        right = hmac.compare_digest(sent.digest, found[1] if found else _NOBODY)
        return found[0] if found and right and found[0].revoked is None else None

    async def good(self, key_id: str) -> Key | None:
        """A key that is not revoked, by its id.

        Raises:
            DatabaseError: the database does not answer.
        """
        found = await self._find(key_id)
        return found[0] if found and found[0].revoked is None else None

    async def _find(self, key_id: str) -> tuple[Key, str] | None:
        known = self._found.get(key_id)
        if known and known[0] > time.monotonic():
            return known[1:]
        # Many requests of one key come at once; one of them asks.
        asking = self._asking.get(key_id)
        if asking is None:
            asking = asyncio.ensure_future(self._ask(key_id))
            self._asking[key_id] = asking
            asking.add_done_callback(lambda _task: self._asking.pop(key_id, None))
        return await asyncio.shield(asking)

    async def _ask(self, key_id: str) -> tuple[Key, str] | None:
        # Not in the threads of the routes: these may all be busy with tiles.
        found = await asyncio.to_thread(self._store.find, key_id)
        if found is None:  # not remembered: anybody can make up ids, and a new key is good at once
            self._found.pop(key_id, None)
            return None
        if len(self._found) >= MOST:
            self._found.clear()
        self._found[key_id] = (time.monotonic() + self._remembered_s, *found)
        return found
