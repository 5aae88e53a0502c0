"""How many requests about adaptations may be worked on or wait."""

from __future__ import annotations

import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Final, TypeVar

from app.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future, ThreadPoolExecutor

MOST_UNDER_WAY: Final = 64

T = TypeVar("T")


class Admission:
    """Of one desk, over all of its threads."""

    def __init__(self, most: int = MOST_UNDER_WAY) -> None:
        self._most = most
        self._under_way = threading.Semaphore(most)

    def submit(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> Future[T]:
        """Have a pool do some work.

        Raises:
            BusyError: too much waits already. All other errors are the future's.
        """
        if not self._under_way.acquire(blocking=False):
            raise BusyError(
                f"{self._most} requests about adaptations wait already; try again in a few seconds."
            )
        try:
            future = pool.submit(copy_context().run, work)  # so that lines of the log keep the request's id
        except RuntimeError:  # the server stops
            self._under_way.release()
            raise
        future.add_done_callback(lambda _: self._under_way.release())
        return future
