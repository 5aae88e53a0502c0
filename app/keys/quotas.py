"""How much one key may have: its own number where it has one, else the server's setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.database.tables import LOCAL
from app.keys.key import QUOTAS
from app.keys.store import KeyStore

if TYPE_CHECKING:
    from app.database.connection import Database
    from app.keys.key import Key
    from app.settings import Settings


def quota_of(database: Database, settings: Settings, owner: str, name: str) -> int:
    """A limit of one owner.

    Args:
        database: with the keys.
        settings: with what holds where a key has no number of its own.
        owner: id of a key, or `LOCAL`.
        name: one of `QUOTAS`.
    """
    found = None if owner == LOCAL else KeyStore(database).find(owner)
    return quota(found[0] if found else None, settings, name)


def quota(key: Key | None, settings: Settings, name: str) -> int:
    """The same for a key that is at hand; None: nobody's."""
    if name not in QUOTAS:
        raise ValueError(f"{name!r} is no quota; there are {', '.join(QUOTAS)}")
    own = key.quotas.get(name) if key else None
    return int(getattr(settings, name)) if own is None else own
