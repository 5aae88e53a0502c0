"""Changes of jobs, told to those who listen: one look at the database for all of them, every half second."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from app.database.connection import DatabaseError
from app.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Collection

    from anyio import Event

    from app.jobs.outlook import Outlook

LOOK_EVERY_S: Final = 0.5

MOST_LISTENERS: Final = 200
"""Streams of one server; each keeps a connection open."""

log = logging.getLogger("landshot")


@dataclass(slots=True)
class _Watched:
    """A job that somebody listens to."""

    listeners: int = 0
    latest: Outlook | None = None
    """None: not looked at yet, or forgotten."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set at the next change, and then replaced."""

    def tell(self, outlook: Outlook | None) -> None:
        self.latest = outlook
        self.changed.set()
        self.changed = asyncio.Event()


class JobWatch:
    """For one event loop.

    Args:
        look: gives the jobs of some ids that are there; called in a thread.
    """

    def __init__(self, look: Callable[[Collection[str]], dict[str, Outlook]]) -> None:
        self._look = look
        self._watched: dict[str, _Watched] = {}
        self._listeners = 0
        self._poller: asyncio.Task[None] | None = None

    def refuse_too_many(self) -> None:
        """Before a stream is begun.

        Raises:
            BusyError: as many listen as may.
        """
        if self._listeners >= MOST_LISTENERS:
            raise BusyError(
                f"{self._listeners} streams of events are open, as many as may; ask GET /jobs/{{id}} instead."
            )

    async def changes(self, first: Outlook, ending: Event) -> AsyncGenerator[Outlook, None]:
        """A job as it is, and again whenever it has changed; ends with the job, or when it is forgotten.

        Args:
            first: the job as it was just read.
            ending: set when the server ends; then this ends too.
        """
        job_id = first.job.id
        watched = self._watched.setdefault(job_id, _Watched(latest=first))
        watched.listeners += 1
        self._listeners += 1
        try:
            if self._poller is None or self._poller.done():
                self._poller = asyncio.create_task(self._poll())
            latest = first
            if watched.latest and watched.latest.job.updated > first.job.updated:
                latest = watched.latest  # others listen already, and have heard more
            while True:
                yield latest
                if latest.job.is_over:
                    return
                await _either(watched.changed, ending)
                if ending.is_set() or watched.latest is None:
                    return
                latest = watched.latest
        finally:
            self._listeners -= 1
            watched.listeners -= 1
            if not watched.listeners:
                del self._watched[job_id]

    async def _poll(self) -> None:
        """As long as anybody listens."""
        while self._watched:
            await asyncio.sleep(LOOK_EVERY_S)
            asked = list(self._watched)
            try:
                # Not in the threads of the routes: these may all be busy.
                found = await asyncio.to_thread(self._look, asked)
            except DatabaseError as error:
                log.warning("events of jobs: %s", error)
                continue
            for job_id in asked:
                watched, outlook = self._watched.get(job_id), found.get(job_id)
                if watched and (outlook is None or _is_news(watched.latest, outlook)):
                    watched.tell(outlook)


async def _either(*events: asyncio.Event | Event) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _is_news(known: Outlook | None, found: Outlook) -> bool:
    """The time left changes at each look; that alone is told with the next tile."""
    return known is None or replace(known, seconds_left=None) != replace(found, seconds_left=None)
