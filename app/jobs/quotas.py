"""Quotas of keys where they are asked for all the time: read again every few seconds."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from app.keys.quotas import quota_of

if TYPE_CHECKING:
    from app.database.connection import Database
    from app.settings import Settings

KEPT_S: Final = 5.0


class Quotas:
    """One quota of all owners; any thread may ask."""

    def __init__(self, database: Database, settings: Settings, name: str) -> None:
        """`name` as `app.keys.key.QUOTAS` has it."""
        self._database = database
        self._settings = settings
        self._name = name
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, int]] = {}

    def __call__(self, owner: str) -> int:
        """What an owner may have, as it was at most `KEPT_S` ago.

        Raises:
            DatabaseError: it does not answer.
        """
        now = time.monotonic()
        with self._lock:
            until, most = self._known.get(owner, (0.0, 0))
            if now < until:
                return most
            self._known = {one: (until, most) for one, (until, most) in self._known.items() if until > now}
        most = quota_of(self._database, self._settings, owner, self._name)
        with self._lock:
            self._known[owner] = (now + KEPT_S, most)
        return most
