"""`Idempotency-Key`: a request that is sent again has the answer that it had, from whichever server of a database."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.database.tables import idempotency
from app.errors import IdempotencyKeyError, IdempotencyKeyReusedError, RequestUnderWayError
from app.jobs.store import read_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Connection

    from app.database.connection import Database
    from app.jobs.job import Job

KEPT_S: Final = 24 * 3600.0

ABANDONED_AFTER_S: Final = 120.0
"""A request that was not answered by then may begin again: its server may be gone. Maps have the same bytes."""

_KEY = re.compile(r"[ -~]{1,255}")


@dataclass(frozen=True, slots=True)
class Earlier:
    """What came of the request when it was sent before: one of the two."""

    job: Job | None = None
    map_id: str | None = None


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A key of an owner, with what the request under it is."""

    database: Database
    owner: str
    key: str
    request_sha256: str

    @classmethod
    def read(cls, text: str, *, database: Database, owner: str, path: str, body: bytes) -> IdempotencyKey:
        """Of a header.

        Args:
            text: the header's value.
            database: of the server.
            owner: who asks; another's key of the same name is another key.
            path: of the request.
            body: of the request.

        Raises:
            IdempotencyKeyError: it is empty, too long, or has other characters than printable ASCII.
        """
        if not _KEY.fullmatch(text):
            raise IdempotencyKeyError(
                "Idempotency-Key: send 1 to 255 printable ASCII characters, a UUID say."
            )
        digest = hashlib.sha256(path.encode() + b"\n" + body).hexdigest()
        return cls(database, owner, text, digest)

    def begin(self) -> Earlier | None:
        """Take the key for a request that is answered with its map; None: nobody has, go on, and `keep` or `release`.

        Raises:
            IdempotencyKeyReusedError: it came with another request.
            RequestUnderWayError: the same request is being answered now.
        """
        with self.database.writing() as connection:
            return self._taken(connection)

    def begin_job(self, new: Callable[[Connection], Job]) -> tuple[Job | None, Earlier | None]:
        """Take the key, and with it make the job that answers the request: both or neither.

        Args:
            new: makes the job in a transaction.

        Returns:
            The new job, or what came of the request before.

        Raises:
            IdempotencyKeyReusedError, RequestUnderWayError: as `begin`.
            LandshotError: of `new`; the key is free then.
        """
        with self.database.writing() as connection:
            if earlier := self._taken(connection):
                return None, earlier
            job = new(connection)
            connection.execute(update(idempotency).where(self._mine).values(job_id=job.id))
        return job, None

    def keep(self, map_id: str) -> None:
        """The request was answered with this map."""
        with self.database.writing() as connection:
            connection.execute(update(idempotency).where(self._mine).values(map_id=map_id))

    def release(self) -> None:
        """The request was refused, or failed; the next one under the key begins anew."""
        unanswered = and_(idempotency.c.job_id.is_(None), idempotency.c.map_id.is_(None))
        with self.database.writing() as connection:
            connection.execute(delete(idempotency).where(self._mine, unanswered))

    def forget(self) -> None:
        """What answered the request is there no more."""
        with self.database.writing() as connection:
            connection.execute(delete(idempotency).where(self._mine))

    @property
    def _mine(self) -> ColumnElement[bool]:
        return and_(idempotency.c.owner == self.owner, idempotency.c.idempotency_key == self.key)

    def _taken(self, connection: Connection) -> Earlier | None:
        now = time.time()
        unanswered = and_(idempotency.c.job_id.is_(None), idempotency.c.map_id.is_(None))
        over = or_(
            idempotency.c.created < now - KEPT_S,
            and_(unanswered, idempotency.c.created < now - ABANDONED_AFTER_S),
        )
        connection.execute(delete(idempotency).where(idempotency.c.owner == self.owner, over))
        if self._insert(connection, now):
            return None
        row = connection.execute(select(idempotency).where(self._mine)).one_or_none()
        if row is None:  # released between two statements; PostgreSQL shows what others do in the meantime
            raise RequestUnderWayError(
                "The same request was refused just now; send it again in a few seconds."
            )
        if row.request_sha256 != self.request_sha256:
            raise IdempotencyKeyReusedError(
                "Another request came under this Idempotency-Key within the last 24 hours; take a new key for a new "
                "request."
            )
        if row.map_id is not None:
            return Earlier(map_id=row.map_id)
        if row.job_id is None:
            raise RequestUnderWayError(
                "The same request is being answered now; send it again in a few seconds for the same answer."
            )
        if job := read_job(connection, row.job_id):
            return Earlier(job=job)
        # The job was forgotten since: nothing is left that could be the answer.
        connection.execute(delete(idempotency).where(self._mine))
        self._insert(connection, now)
        return None

    def _insert(self, connection: Connection, now: float) -> bool:
        """Whether the key was free. In PostgreSQL this waits for whoever is taking it at the same time."""
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        row = {
            "owner": self.owner,
            "idempotency_key": self.key,
            "request_sha256": self.request_sha256,
            "created": now,
        }
        done = insert(idempotency).values(row).on_conflict_do_nothing().returning(idempotency.c.owner)
        return connection.execute(done).first() is not None
