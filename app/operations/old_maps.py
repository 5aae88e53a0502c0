"""Maps that nobody has asked for in a long while: they can be made again, so they make room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from app.database.tables import jobs, map_owners
from app.jobs.job import UNDER_WAY
from app.operations.removal import set_aside

if TYPE_CHECKING:
    from threading import Event

    from sqlalchemy import Connection

    from app.database.connection import Database
    from app.store import MapStore


def remove_old_maps(database: Database, store: MapStore, oldest: float, stopping: Event) -> int:
    """Set aside the maps that were last asked for before `oldest` (seconds since 1970); gives their number.

    A map that a job is making, or waits to make again, stays; so do adaptations, which can make theirs again.

    Args:
        database: knows when each map was last asked for; of a map it does not know, the folder's time counts.
        store: of the maps.
        oldest: seconds since 1970.
        stopping: ends the work early.

    Raises:
        DatabaseError: it does not answer.
        OSError: the folder of maps cannot be looked at.
    """
    removed = 0
    for identifier in _due(database, store, oldest):
        if stopping.is_set():
            break
        # A transaction for each, so that nobody waits long; within it nothing can be asked for or begun anew.
        with database.writing() as connection:
            if _is_due(connection, store, identifier, oldest) and set_aside(store.folder / identifier):
                connection.execute(delete(map_owners).where(map_owners.c.map_id == identifier))
                removed += 1
    return removed


def _due(database: Database, store: MapStore, oldest: float) -> list[str]:
    """First without a lock, as most maps stay."""
    found = store.identifiers()
    with database.reading() as connection:
        return [identifier for identifier in found if _is_due(connection, store, identifier, oldest)]


def _is_due(connection: Connection, store: MapStore, identifier: str, oldest: float) -> bool:
    used = connection.execute(
        select(func.max(map_owners.c.used)).where(map_owners.c.map_id == identifier)
    ).scalar_one()
    if used is None:
        try:
            used = (store.folder / identifier).stat().st_mtime
        except FileNotFoundError:
            return False
    if used >= oldest:
        return False
    under_way = select(jobs.c.id).where(jobs.c.status.in_(UNDER_WAY), jobs.c.map_id == identifier)
    return connection.execute(under_way.limit(1)).first() is None
