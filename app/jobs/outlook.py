"""What is to come of a job: the time it will take yet, and what it waits for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from app.database.tables import job_tiles, jobs, workers
from app.jobs.store import read_jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sqlalchemy import Connection

    from app.database.connection import Database
    from app.jobs.job import Job

SEEN_S: Final = 30.0
"""A worker that has not been heard of this long is gone; they report every ten seconds."""

_MEASURED: Final = 33
"""Tiles whose times make an estimate."""

_FEWEST: Final = 3


@dataclass(frozen=True, slots=True)
class Outlook:
    """A job, and what can be said of its future."""

    job: Job
    seconds_left: float | None = None
    """While it is mapped; None where too few tiles are finished for an honest estimate."""

    waiting_for: str | None = None
    """Why it has not begun, in a few words."""


class Outlooks:
    """Looks at jobs for those who wait for them; to be called in threads.

    Args:
        database: with the jobs.
        most_running: owner -> jobs that may run at a time.
    """

    def __init__(self, database: Database, most_running: Callable[[str], int]) -> None:
        self._database = database
        self._most_running = most_running

    def of(self, job: Job) -> Outlook:
        """One job that was just read."""
        with self._database.reading() as connection:
            return self._of(connection, job)

    def of_ids(self, job_ids: Collection[str]) -> dict[str, Outlook]:
        """Those that are there."""
        with self._database.reading() as connection:
            return {job.id: self._of(connection, job) for job in read_jobs(connection, job_ids)}

    def _of(self, connection: Connection, job: Job) -> Outlook:
        if job.status == "accepted":
            return Outlook(job, waiting_for=self._waiting_for(connection, job))
        if job.status == "running" and job.tiles_total:
            latest = (
                select(job_tiles.c.finished)
                .where(job_tiles.c.job_id == job.id)
                .order_by(job_tiles.c.finished.desc())
                .limit(_MEASURED)
            )
            times = connection.execute(latest).scalars().all()
            return Outlook(job, seconds_left(times, job.tiles_total - job.tiles_done, time.time()))
        return Outlook(job)

    def _waiting_for(self, connection: Connection, job: Job) -> str:
        seen = select(workers.c.state, workers.c.reason).where(workers.c.seen > time.time() - SEEN_S)
        states = connection.execute(seen).all()
        if states and all(row.state == "paused" for row in states):
            return f"the workers are paused: {states[0].reason}"
        mine = select(func.count()).select_from(jobs).where(jobs.c.owner == job.owner)
        running = connection.execute(mine.where(jobs.c.status == "running")).scalar_one()
        if running >= self._most_running(job.owner):
            return f"one of your {running} running jobs to end: as many may run at a time"
        ahead = mine.where(jobs.c.status == "accepted", jobs.c.number < job.number)
        if count := connection.execute(ahead).scalar_one():
            return f"{count} of your jobs that came before"
        return "a worker to be free" if states else "a worker to start"


def seconds_left(times: Sequence[float], tiles: int, now: float) -> float | None:
    """The time that tiles will take, from that of the latest ones; None where there are too few.

    Args:
        times: when the latest tiles were finished, the latest first; seconds since 1970.
        tiles: that are left.
        now: seconds since 1970.
    """
    if len(times) < _FEWEST:
        return None
    each = (times[0] - times[-1]) / (len(times) - 1)
    # The tile in hand is under way already; where it takes longer than others did, so may those to come.
    under_way = max(0.0, now - times[0])
    return max(0.0, tiles * max(each, under_way / 2) - min(each, under_way))
