"""What workers do with jobs: each is leased to one at a time, and goes back when its worker is no longer heard of."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, func, insert, literal, or_, select, text, update

from app.database.tables import job_tiles, jobs, turns, workers
from app.errors import JobCrashedError
from app.jobs.store import read_job
from app.problems import problem_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import ColumnElement, Connection

    from app.database.connection import Database
    from app.jobs.job import Job

LEASE_S: Final = 15.0
"""A worker that has not been heard of this long has lost its job."""

MOST_FRUITLESS: Final = 25
"""Workers that may die over a job without finishing a tile of it; then it fails instead of killing more."""

_CLAIMING = 7_205_442  # any number that no other use of this PostgreSQL database locks


@dataclass(frozen=True, slots=True)
class Leases:
    """The jobs, as one worker sees them. All that it writes of a job needs its lease: who lost it changes nothing."""

    database: Database
    worker: str
    most_running: Callable[[str], int]
    """Owner -> jobs that may run at a time."""

    def claim(self) -> Job | None:
        """The next job: the oldest of the owner who was served longest ago; None where nothing waits.

        A job whose lease has run out waits like one that nobody has begun.
        """
        now = time.time()
        with self.database.writing() as connection:
            if connection.dialect.name == "postgresql":  # as SQLite does: one claims at a time
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_CLAIMING})"))
            self._give_up(connection, now)
            running = (
                select(jobs.c.owner, func.count().label("count"))
                .where(jobs.c.status == "running", jobs.c.lease_until >= now)
                .group_by(jobs.c.owner)
                .subquery()
            )
            waiting = connection.execute(
                select(jobs.c.owner, func.min(jobs.c.number), func.coalesce(running.c.count, 0))
                .outerjoin(turns, turns.c.owner == jobs.c.owner)
                .outerjoin(running, running.c.owner == jobs.c.owner)
                .where(_may_be_claimed(now))
                .group_by(jobs.c.owner, turns.c.last, running.c.count)
                .order_by(func.coalesce(turns.c.last, 0), func.min(jobs.c.number))
            ).all()
            for owner, number, busy in waiting:
                if busy < self.most_running(owner):
                    return self._take(connection, owner, number, now)
        return None

    def is_anything_waiting(self) -> bool:
        """Whether `claim` may find a job; cheaper, as it locks nothing."""
        with self.database.reading() as connection:
            found = connection.execute(select(jobs.c.id).where(_may_be_claimed(time.time())).limit(1))
            return found.first() is not None

    def extend(self, job_id: str) -> bool:
        """Keep a job for another `LEASE_S`; False where it was cancelled, or given to another worker."""
        return self._change(job_id, lease_until=time.time() + LEASE_S)

    def begin_tiles(
        self, job_id: str, map_id: str, tile_size: int, count: int, *, resumed: bool
    ) -> frozenset[int]:
        """Tiles that are finished. All are forgotten where their values are gone, or another map is made now."""
        with self.database.writing() as connection:
            job = read_job(connection, job_id)
            if job is None or not self._has(connection, job_id):
                return frozenset()
            same = job.map_id == map_id and job.tile_size == tile_size and job.tiles_total == count
            if not (same and resumed):
                connection.execute(delete(job_tiles).where(job_tiles.c.job_id == job_id))
            connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id)
                .values(map_id=map_id, tile_size=tile_size, tiles_total=count, updated=time.time())
            )
            found = connection.execute(select(job_tiles.c.tile).where(job_tiles.c.job_id == job_id))
            return frozenset(found.scalars())

    def finish_tile(self, job_id: str, tile: int) -> bool:
        """Remember a finished tile; False where the job is no longer this worker's."""
        now = time.time()
        with self.database.writing() as connection:
            changed = connection.execute(
                update(jobs)
                .where(self._mine(job_id))
                .values(updated=now, lease_until=now + LEASE_S, fruitless=0)
            )
            if changed.rowcount:
                connection.execute(insert(job_tiles).values(job_id=job_id, tile=tile, finished=now))
        return bool(changed.rowcount)

    def tell(self, job_id: str, *, stage: str, message: str) -> bool:
        """What is being done; False where the job is no longer this worker's."""
        return self._change(job_id, stage=stage, message=message, updated=time.time())

    def adapted(self, job_id: str, adaptation_id: str, version: int) -> bool:
        """The adaptation that the map is made from is there."""
        return self._change(job_id, adaptation_id=adaptation_id, adaptation_version=version)

    def hand_back(self, job_id: str) -> None:
        """Let another worker go on with it; its finished tiles stay."""
        self._change(
            job_id,
            status="accepted",
            worker=None,
            lease_until=None,
            stage="",
            updated=time.time(),
            fruitless=0,
        )

    def succeed(self, job_id: str, map_id: str) -> bool:
        """The map is there; False where the job was cancelled in the meantime."""
        return self._end(job_id, status="successful", map_id=map_id, message="")

    def fail(self, job_id: str, problem: Mapping[str, Any]) -> bool:
        """It cannot be made."""
        return self._end(job_id, status="failed", problem=problem, message=str(problem.get("detail", "")))

    def is_over(self, job_id: str) -> bool:
        """Whether nobody will go on with a job: it has ended, or is forgotten."""
        with self.database.reading() as connection:
            job = read_job(connection, job_id)
        return job is None or job.is_over

    def report(self, device: str, state: str, reason: str = "") -> None:
        """What the worker does, for those who look after the server: "idle", "busy" or "paused" and why."""
        row = {"device": device, "seen": time.time(), "state": state, "reason": reason}
        with self.database.writing() as connection:
            known = connection.execute(update(workers).where(workers.c.id == self.worker).values(**row))
            if not known.rowcount:
                connection.execute(insert(workers).values(id=self.worker, **row))

    def leave(self) -> None:
        """The worker ends, or has ended: what it had goes to others at once."""
        with self.database.writing() as connection:
            connection.execute(
                update(jobs)
                .where(jobs.c.worker == self.worker, jobs.c.status == "running")
                .values(status="accepted", worker=None, lease_until=None, stage="")
            )
            connection.execute(delete(workers).where(workers.c.id == self.worker))

    def _take(self, connection: Connection, owner: str, number: int, now: float) -> Job | None:
        connection.execute(
            update(jobs)
            .where(jobs.c.number == number)
            .values(
                status="running",
                started=func.coalesce(jobs.c.started, now),
                updated=now,
                worker=self.worker,
                lease_until=now + LEASE_S,
                fruitless=jobs.c.fruitless + 1,
            )
        )
        latest = select(func.coalesce(func.max(turns.c.last), 0) + 1).scalar_subquery()
        served = connection.execute(update(turns).where(turns.c.owner == owner).values(last=latest))
        if not served.rowcount:
            connection.execute(insert(turns).from_select(["owner", "last"], select(literal(owner), latest)))
        job_id = connection.execute(select(jobs.c.id).where(jobs.c.number == number)).scalar_one()
        return read_job(connection, job_id, with_request=True)

    @staticmethod
    def _give_up(connection: Connection, now: float) -> None:
        """Jobs over which too many workers died without a tile."""
        hopeless = select(jobs.c.id).where(_may_be_claimed(now), jobs.c.fruitless >= MOST_FRUITLESS)
        for job_id in connection.execute(hopeless).scalars().all():
            error = JobCrashedError(
                f"{MOST_FRUITLESS} workers ended in the middle of it without finishing a tile"
            )
            problem = problem_document(error, instance=f"/jobs/{job_id}", request_id=job_id)
            connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id)
                .values(
                    status="failed",
                    problem=problem,
                    message=problem["detail"],
                    finished=now,
                    updated=now,
                    worker=None,
                    lease_until=None,
                )
            )

    def _has(self, connection: Connection, job_id: str) -> bool:
        return connection.execute(select(jobs.c.id).where(self._mine(job_id))).first() is not None

    def _end(self, job_id: str, **values: Any) -> bool:  # noqa: ANN401 - columns
        now = time.time()
        return self._change(
            job_id, finished=now, updated=now, worker=None, lease_until=None, stage="", **values
        )

    def _change(self, job_id: str, **values: Any) -> bool:  # noqa: ANN401 - columns
        with self.database.writing() as connection:
            return bool(connection.execute(update(jobs).where(self._mine(job_id)).values(**values)).rowcount)

    def _mine(self, job_id: str) -> ColumnElement[bool]:
        return and_(jobs.c.id == job_id, jobs.c.worker == self.worker, jobs.c.status == "running")


def _may_be_claimed(now: float) -> ColumnElement[bool]:
    lost = and_(jobs.c.status == "running", or_(jobs.c.lease_until.is_(None), jobs.c.lease_until < now))
    return or_(jobs.c.status == "accepted", lost)
