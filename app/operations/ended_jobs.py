"""What the processes of jobs have finished since this process began, read from the database: it is all they share."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

from prometheus_client import Counter, Histogram
from sqlalchemy import select

from app.database.tables import job_tiles, jobs

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from prometheus_client import Metric

    from app.database.connection import Database

LATE_S: Final = 60.0
"""A transaction may be seen this long after the time it wrote, and clocks of machines may differ so much."""

JOB_BUCKETS: Final = (1, 2.5, 5, 10, 30, 60, 300, 900, 1800, 3600, 4 * 3600, 24 * 3600)


class EndedJobs:
    """Counts every job and every tile once, however often it is asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._jobs, self._tiles = _Unseen(), _Unseen()
        self._seconds = Histogram(
            "landshot_job_seconds",
            "Jobs that ended, from their first start, by how they ended.",
            ["status"],
            buckets=JOB_BUCKETS,
            registry=None,
        )
        self._waited = Histogram(
            "landshot_job_wait_seconds",
            "Jobs that ended, from their arrival to their first start.",
            buckets=JOB_BUCKETS,
            registry=None,
        )
        self._done = Counter("landshot_job_tiles", "Tiles of jobs that were finished.", registry=None)

    def metrics(self) -> Iterator[Metric]:
        """The state after one more look at the database.

        Raises:
            DatabaseError: it does not answer; nothing is lost, the next look finds it.
        """
        with self._lock:
            self._look()
        for metric in (self._seconds, self._waited, self._done):
            yield from metric.collect()

    def _look(self) -> None:
        columns = (jobs.c.id, jobs.c.finished, jobs.c.status, jobs.c.created, jobs.c.started)
        ended = select(*columns).where(jobs.c.finished >= self._jobs.since)
        tiles = select(job_tiles.c.job_id, job_tiles.c.tile, job_tiles.c.finished)
        with self._database.reading() as connection:
            job_rows = connection.execute(ended).all()
            tile_rows = connection.execute(tiles.where(job_tiles.c.finished >= self._tiles.since)).all()
        for row in self._jobs.of((row.id, row.finished, row) for row in job_rows):
            if row.started is not None:
                self._seconds.labels(row.status).observe(max(0.0, row.finished - row.started))
                self._waited.observe(max(0.0, row.started - row.created))
        for _ in self._tiles.of(((row.job_id, row.tile), row.finished, row) for row in tile_rows):
            self._done.inc()


class _Unseen:
    """Rows that were not there at the last look."""

    def __init__(self) -> None:
        self._begin = time.time()
        self._seen: dict[Hashable, float] = {}
        self.since = self._begin
        """Rows from then on are to be looked at again."""

    def of(self, rows: Iterable[tuple[Hashable, float, Any]]) -> list[Any]:
        """The new ones among rows, each given as name, time and itself."""
        found = [row for row in rows if row[0] not in self._seen]
        self._seen |= {name: when for name, when, _row in found}
        self.since = max(self._begin, time.time() - LATE_S)
        self._seen = {name: when for name, when in self._seen.items() if when >= self.since}
        return [row for _name, _when, row in found]
