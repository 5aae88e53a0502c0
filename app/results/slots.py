"""Few heavy downloads at a time: cutting and polygonizing take a core and some memory each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from starlette.concurrency import run_in_threadpool

from app.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import Callable

AT_A_TIME = 2
MOST_WAITING = 32

T = TypeVar("T")


class Slots:
    """Lets so many run, so many wait, and sends the others away; one per application."""

    def __init__(self, at_a_time: int = AT_A_TIME, most_waiting: int = MOST_WAITING) -> None:
        self._free = asyncio.Semaphore(at_a_time)
        self._most = at_a_time + most_waiting
        self._present = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Do the work in a thread, once there is a slot; waiting takes no thread.

        Raises:
            BusyError: too many wait already.
        """
        if self._present >= self._most:
            raise BusyError(f"{self._present} downloads are being prepared; try again in a few seconds.")
        self._present += 1
        try:
            async with self._free:
                return await run_in_threadpool(work)
        finally:
            self._present -= 1
