"""Whose a map is. Two keys that ask for the same map share its files, and each of them owns it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.database.tables import LOCAL, map_owners

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.database.connection import Database

TOUCHED_EVERY_S = 3600.0

_MOST_TOUCHED = 100_000

_touched: WeakKeyDictionary[Database, dict[tuple[str, str], float]] = WeakKeyDictionary()
"""When this process last wrote down that a map was asked for; every tile asks."""


def claim_map(database: Database, owner: str, map_id: str) -> None:
    """Make a map an owner's, unless it is already."""
    now, dialect = time.time(), database.engine.dialect.name
    row = {"map_id": map_id, "owner": owner, "created": now, "used": now}
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    with database.writing() as connection:
        connection.execute(insert(map_owners).values(row).on_conflict_do_nothing())


def owns_map(database: Database, owner: str, map_id: str) -> bool:
    """Whether an owner may see a map, if it exists; `LOCAL`, of servers without keys, may see all."""
    if owner == LOCAL:
        return True
    with database.reading() as connection:
        mine = select(map_owners.c.used).where(map_owners.c.map_id == map_id, map_owners.c.owner == owner)
        return connection.execute(mine).one_or_none() is not None


def maps_of(database: Database, owner: str) -> frozenset[str]:
    """The ids of the maps that an owner has a row for; of `LOCAL` not all that it may see."""
    with database.reading() as connection:
        rows = connection.execute(select(map_owners.c.map_id).where(map_owners.c.owner == owner))
        return frozenset(rows.scalars())


def visible_maps(database: Database, owner: str, identifiers: Iterable[str]) -> list[str]:
    """Those of `identifiers` that an owner may see, in their order."""
    if owner == LOCAL:
        return list(identifiers)
    theirs = maps_of(database, owner)
    return [identifier for identifier in identifiers if identifier in theirs]


def touch_map(database: Database, owner: str, map_id: str) -> None:
    """Write down that an owner's map was asked for, to within an hour; a map of nobody's becomes `LOCAL`'s.

    Ask `owns_map` before.
    """
    now = time.time()
    touched = _touched.setdefault(database, {})
    if now - touched.get((owner, map_id), 0.0) < TOUCHED_EVERY_S:
        return
    this = (map_owners.c.map_id == map_id) & (map_owners.c.owner == owner)
    with database.reading() as connection:  # another process may just have written it
        used = connection.execute(select(map_owners.c.used).where(this)).scalar_one_or_none()
    if used is None and owner == LOCAL:
        claim_map(database, owner, map_id)
    elif used is not None and now - used >= TOUCHED_EVERY_S:
        with database.writing() as connection:
            connection.execute(update(map_owners).where(this).values(used=now))
    if len(touched) >= _MOST_TOUCHED:
        touched.clear()
    touched[owner, map_id] = now
