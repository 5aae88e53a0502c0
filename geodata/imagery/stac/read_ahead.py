"""Making tiles before they are asked for, so that reading goes on while others work with what was read."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import wait
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geodata.errors import LandshotError
from geodata.imagery.stac.scene_reads import ScenesLostError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future, ThreadPoolExecutor

log = logging.getLogger("landshot")


class ReadAhead:
    """Works through a list of things to make, a little ahead of those who ask for them."""

    def __init__(
        self,
        things: Sequence[Sequence[Callable[[], None]]],
        pool: ThreadPoolExecutor,
        *,
        at_once: int,
        ahead: int,
    ) -> None:
        """Nothing is made yet.

        Args:
            things: in the order in which they will be asked for; each has parts that are made apart.
            pool: in which they are made.
            at_once: parts in the making.
            ahead: how many things to make before somebody asks: what is made takes room in the cache.
        """
        self._things = things
        self._pool = pool
        self._at_once = at_once
        self._ahead = ahead
        self._reached = -1
        self._stopped = False
        self._moved = threading.Condition()

    def reached(self, number: int) -> None:
        """Somebody asks for a thing."""
        with self._moved:
            if number > self._reached:
                self._reached = number
                self._moved.notify_all()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Make things, until this ends."""
        thread = threading.Thread(target=self._run, name="landshot-ahead", daemon=True)
        thread.start()
        try:
            yield
        finally:
            with self._moved:
                self._stopped = True
                self._moved.notify_all()
            thread.join()

    def _run(self) -> None:
        under_way: set[Future[None]] = set()
        try:
            for number, parts in enumerate(self._things):
                for part in parts:
                    while len(under_way) >= self._at_once:
                        under_way = self._rest_of(under_way)
                    if not self._may_begin(number):
                        return
                    under_way.add(self._pool.submit(part))
            while under_way:
                under_way = self._rest_of(under_way)
        except (ScenesLostError, LandshotError, RuntimeError) as error:
            # Whoever asks for it will meet the same error, and knows what to do; the pool may also be closed.
            log.info("reading ahead ends: %s", error)
        finally:
            for future in under_way:
                future.cancel()
            wait(under_way)

    def _may_begin(self, number: int) -> bool:
        """Wait until a thing is wanted soon; False where there is no more to do."""
        with self._moved:
            self._moved.wait_for(lambda: self._stopped or number <= self._reached + self._ahead)
            return not self._stopped

    @staticmethod
    def _rest_of(under_way: set[Future[None]]) -> set[Future[None]]:
        done, rest = wait(under_way, return_when="FIRST_COMPLETED")
        for future in done:
            future.result()
        return rest
