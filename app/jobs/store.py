"""Jobs as clients see them: submitted, listed, cancelled. What workers do with them is in `app.jobs.leases`."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, literal, select, update

from app.database.tables import job_tiles, jobs
from app.errors import NoSuchJobError, QueueFullError
from app.jobs.job import UNDER_WAY, Job

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Row, Select

    from app.database.connection import Database
    from app.jobs.job import Status

_DONE = select(func.count()).select_from(job_tiles).where(job_tiles.c.job_id == jobs.c.id).scalar_subquery()
_COLUMNS = [
    column for column in jobs.c if column.name in Job.__dataclass_fields__ and column is not jobs.c.request
]


class JobStore:
    """Each call is a short transaction of its own, to be made in a thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submit(self, owner: str, request: str, *, again: bool, most_under_way: int) -> Job:
        """Keep a job; when this returns, no crash can lose it.

        Args:
            owner: whose it is.
            request: the body of POST /adapt, which has been checked.
            again: make the map even where it is there.
            most_under_way: that the owner may have, waiting and running.

        Raises:
            QueueFullError: the owner has as many already.
        """
        with self._database.writing() as connection:
            return new_job(connection, owner, request, again=again, most_under_way=most_under_way)

    def get(self, job_id: str, owner: str | None = None) -> Job:
        """One job.

        Args:
            job_id: its name.
            owner: whose it must be; None: anybody's.

        Raises:
            NoSuchJobError: there is none, or it is somebody else's.
        """
        with self._database.reading() as connection:
            return _one(connection, job_id, owner)

    def find(
        self,
        owner: str,
        *,
        statuses: Collection[Status] = (),
        since: float | None = None,
        until: float | None = None,
        min_duration: float | None = None,
        max_duration: float | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> tuple[list[Job], int]:
        """An owner's jobs, the newest first, and how many there are in all.

        Args:
            owner: whose they are.
            statuses: any of these; all when empty.
            since: created then or later.
            until: created then or earlier.
            min_duration: seconds since its start, to its end or to now, at least; also keeps out what has no start.
            max_duration: the same, at most.
            offset: jobs to skip.
            limit: most jobs in the answer.
        """
        wanted = [jobs.c.owner == owner]
        wanted += [jobs.c.status.in_(statuses)] if statuses else []
        wanted += [] if since is None else [jobs.c.created >= since]
        wanted += [] if until is None else [jobs.c.created <= until]
        lasted = func.coalesce(jobs.c.finished, time.time()) - jobs.c.started
        wanted += [] if min_duration is None else [lasted >= min_duration]
        wanted += [] if max_duration is None else [lasted <= max_duration]
        with self._database.reading() as connection:
            total = connection.execute(select(func.count()).select_from(jobs).where(*wanted)).scalar_one()
            few = _selected().where(*wanted).order_by(jobs.c.number.desc())
            rows = connection.execute(few.limit(limit).offset(offset))
            return [_job(row) for row in rows], total

    def dismiss(self, job_id: str, owner: str) -> Job:
        """Cancel a job; what makes it will notice. A job that has ended stays as it is.

        Raises:
            NoSuchJobError: there is none, or it is somebody else's.
        """
        now = time.time()
        with self._database.writing() as connection:
            connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id, jobs.c.owner == owner, jobs.c.status.in_(UNDER_WAY))
                .values(
                    status="dismissed", finished=now, updated=now, worker=None, lease_until=None, stage=""
                )
            )
            return _one(connection, job_id, owner)

    def remove(self, job_id: str, owner: str) -> None:
        """Forget a job that has ended; its map stays.

        Raises:
            NoSuchJobError: there is none, or it is somebody else's, or it has not ended.
        """
        with self._database.writing() as connection:
            removed = connection.execute(
                delete(jobs).where(
                    jobs.c.id == job_id, jobs.c.owner == owner, jobs.c.status.not_in(UNDER_WAY)
                )
            )
            if not removed.rowcount:
                raise _no_job(job_id)

    def counts(self) -> dict[str, int]:
        """Status -> jobs of all owners, of the statuses that occur."""
        with self._database.reading() as connection:
            rows = connection.execute(select(jobs.c.status, func.count()).group_by(jobs.c.status))
            return {str(status): int(count) for status, count in rows}


def new_job(connection: Connection, owner: str, request: str, *, again: bool, most_under_way: int) -> Job:
    """As `JobStore.submit`, in a transaction that has more to do."""
    waiting = connection.execute(
        select(func.count()).select_from(jobs).where(jobs.c.owner == owner, jobs.c.status.in_(UNDER_WAY))
    ).scalar_one()
    if waiting >= most_under_way:
        raise QueueFullError(
            f"{waiting} jobs of yours wait or run, and {most_under_way} may; wait for one to end, or cancel one"
        )
    now = time.time()
    job_id = secrets.token_hex(16)
    connection.execute(
        insert(jobs).values(
            id=job_id, owner=owner, status="accepted", request=request, again=again, created=now, updated=now
        )
    )
    return _one(connection, job_id, owner)


def read_job(connection: Connection, job_id: str, *, with_request: bool = False) -> Job | None:
    """One job, in a transaction that has more to do; with its request for who makes the map."""
    selected = _selected(with_request=with_request).where(jobs.c.id == job_id)
    row = connection.execute(selected).one_or_none()
    return None if row is None else _job(row)


def read_jobs(connection: Connection, job_ids: Collection[str]) -> list[Job]:
    """Those of some jobs that are there, in no order."""
    return [_job(row) for row in connection.execute(_selected().where(jobs.c.id.in_(job_ids)))]


def _selected(*, with_request: bool = False) -> Select[Any]:
    request = jobs.c.request if with_request else literal("").label("request")
    return select(*_COLUMNS, request, _DONE.label("tiles_done"))


def _job(row: Row[Any]) -> Job:
    return Job(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it


def _one(connection: Connection, job_id: str, owner: str | None) -> Job:
    job = read_job(connection, job_id)
    if job is None or owner not in (None, job.owner):
        raise _no_job(job_id)
    return job


def _no_job(job_id: str) -> NoSuchJobError:
    return NoSuchJobError(f"There is no job {job_id} here; GET /jobs lists those that there are.")
