"""A request for a map, from its acceptance to what answers it: the map, or the job that makes it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from app.idempotency import IdempotencyKey
from app.jobs.job import Job
from app.jobs.store import new_job
from app.keys.owner import owner_of
from app.keys.quotas import quota_of
from app.negotiation import wants_fresh
from app.preferences import prefers_async
from app.service import Made, serving
from geodata.errors import LandshotError
from geodata.legend import Legend

if TYPE_CHECKING:
    from concurrent.futures import Future

    from starlette.requests import Request

    from app.idempotency import Earlier
    from app.map_request import MapRequest
    from app.service import Service
    from app.sources import Source


async def answer_to(request: Request, name: str | None, asked: MapRequest, body: bytes) -> Made | Job:
    """The map, where its region is small and nobody asked not to wait for it; else a job.

    Args:
        request: with the headers that say how it is to be answered.
        name: of the imagery; None: the only one.
        asked: what to map.
        body: of POST /adapt, which asks for the same.

    Raises:
        LandshotError: it is refused, or the map cannot be made.
    """
    service, owner = serving(request), owner_of(request)
    key = None
    if (text := request.headers.get("idempotency-key")) is not None:
        key = IdempotencyKey.read(
            text, database=service.database, owner=owner, path=request.url.path, body=await request.body()
        )
    submission = _Submission(
        service=service,
        owner=owner,
        asked=asked,
        source=service.source(name),
        body=body,
        again=wants_fresh(request.headers.get("cache-control", "")),
        is_async=prefers_async(request.headers.getlist("prefer")),
        key=key,
    )
    begun = await run_in_threadpool(submission.begin)
    if isinstance(begun, Made | Job):
        return begun
    return await asyncio.wrap_future(begun)


@dataclass(frozen=True, slots=True)
class _Submission:
    service: Service
    owner: str
    asked: MapRequest
    source: Source
    body: bytes
    again: bool
    is_async: bool
    key: IdempotencyKey | None

    def begin(self) -> Made | Job | Future[Made]:
        """In a thread."""
        _ = self.asked.legend or Legend.from_names(self.asked.labels.class_names)  # which may refuse them
        at_once = self.service.answers_at_once(self.asked, self.source)
        return self._map() if at_once and not self.is_async else self._job()

    def _job(self) -> Made | Job:
        service = self.service
        body = self.body.decode("utf-8-sig")
        most = quota_of(service.database, service.settings, self.owner, "max_queued_jobs")
        if self.key is None:
            return service.submit_job(body, owner=self.owner, again=self.again, most_under_way=most)
        job, earlier = self.key.begin_job(
            lambda connection: new_job(connection, self.owner, body, again=self.again, most_under_way=most)
        )
        if job is not None:
            service.pool.wake()
            return job
        assert earlier is not None
        known = self._known(earlier)
        return self._job() if known is None else known

    def _map(self) -> Made | Job | Future[Made]:
        if self.key is None:
            return self._submitted()
        if earlier := self.key.begin():
            known = self._known(earlier)
            return self._map() if known is None else known
        try:
            future = self._submitted()
        except LandshotError:
            self.key.release()
            raise
        future.add_done_callback(self._settle)
        return future

    def _submitted(self) -> Future[Made]:
        return self.service.submit(self.asked, self.source, owner=self.owner, again=self.again)

    def _known(self, earlier: Earlier) -> Made | Job | None:
        """What answered the request before; None: it is there no more, and the key free."""
        if earlier.job is not None:
            return earlier.job
        assert earlier.map_id is not None
        if self.service.store.has(earlier.map_id):
            return Made(earlier.map_id, {}, stored=True)
        assert self.key is not None
        self.key.forget()
        return None

    def _settle(self, future: Future[Made]) -> None:
        """In the thread that made the map, before anybody is told that it is there."""
        assert self.key is not None
        if future.cancelled() or future.exception() is not None:
            self.key.release()
        else:
            self.key.keep(future.result().map_id)
