"""Jobs and workers as the database has them, read at most once a second."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from app.database.tables import jobs, workers
from app.jobs.job import STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.database.connection import Database

KEPT_S: Final = 1.0
"""A reading is as good as another for this long."""

SEEN_S: Final = 30.0
"""A worker that has not been seen for longer is gone; they report every ten seconds."""


@dataclass(frozen=True, slots=True)
class WorkerState:
    """A worker that was seen lately."""

    id: str
    device: str
    state: str
    """"idle", "busy" or "paused"."""

    reason: str
    """Why it is paused."""


@dataclass(frozen=True, slots=True)
class QueueState:
    """The queue at one moment."""

    by_status: Mapping[str, int]
    """Every status -> jobs."""

    workers: tuple[WorkerState, ...]


class QueueWatch:
    """Gives the state of the queue to probes and scrapes; any thread may ask."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._read = float("-inf")
        self._state = QueueState({}, ())

    def now(self) -> QueueState:
        """The state, at most a second old.

        Raises:
            DatabaseError: it does not answer.
        """
        with self._lock:
            if time.monotonic() - self._read >= KEPT_S:
                self._state = read_queue(self._database)
                self._read = time.monotonic()
            return self._state


def read_queue(database: Database) -> QueueState:
    """The state of the queue now.

    Raises:
        DatabaseError: it does not answer.
    """
    seen = select(workers.c.id, workers.c.device, workers.c.state, workers.c.reason)
    with database.reading() as connection:
        counted = connection.execute(select(jobs.c.status, func.count()).group_by(jobs.c.status)).all()
        found = connection.execute(
            seen.where(workers.c.seen > time.time() - SEEN_S).order_by(workers.c.id)
        ).all()
    by_status = dict.fromkeys(map(str, STATUSES), 0) | {str(status): int(count) for status, count in counted}
    return QueueState(by_status, tuple(WorkerState(*row) for row in found))
