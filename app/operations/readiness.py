"""Whether maps can be made now: each part looked at in a thread of its own, for no longer than a probe waits."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geodata.errors import LandshotError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

READY: Final = "ready"
PAUSED: Final = "paused: "
"""Begins a state in which what is there can be used, and jobs wait."""

LIMIT_S: Final = 2.0
KEPT_S: Final = 1.0

log = logging.getLogger("landshot")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a server needs, as it was found."""

    state: str = READY
    """`READY`, `PAUSED` with a reason, or what is wrong."""

    details: Mapping[str, Any] | None = None
    """More for whoever reads it, as JSON values."""

    @property
    def is_missing(self) -> bool:
        """Whether no map can be made or read without it."""
        return self.state != READY and not self.state.startswith(PAUSED)


class Readiness:
    """Asks each part at most once a second, and a part that hangs not again before it has answered."""

    def __init__(self, checks: Mapping[str, Callable[[], Part]]) -> None:
        """`checks`: name of a part -> a look at it, which may take its time."""
        self._checks = checks
        self._looking: dict[str, Future[Part]] = {}
        self._asking: asyncio.Task[dict[str, Part]] | None = None
        self._parts: dict[str, Part] = {}
        self._until = float("-inf")

    async def parts(self) -> Mapping[str, Part]:
        """Every part, a second old at most; to be called in one event loop."""
        if time.monotonic() >= self._until:
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._ask())
            return await asyncio.shield(self._asking)
        return self._parts

    async def _ask(self) -> dict[str, Part]:
        for name, check in self._checks.items():
            if name not in self._looking or self._looking[name].done():
                self._looking[name] = _in_a_thread(name, check)
        futures = [asyncio.wrap_future(future) for future in self._looking.values()]
        await asyncio.wait(futures, timeout=LIMIT_S)
        parts = {
            name: future.result() if future.done() else Part(f"does not answer within {LIMIT_S:g} s")
            for name, future in self._looking.items()
        }
        for name, part in parts.items():
            before = self._parts.get(name, Part())
            if part.state != before.state:
                log.warning("%s: %s", name, part.state)
        self._parts, self._until = parts, time.monotonic() + KEPT_S
        return parts


def _in_a_thread(name: str, check: Callable[[], Part]) -> Future[Part]:
    """Not of a pool: those are waited for at the end of the process, and a dead disk would keep it from ending."""
    future: Future[Part] = Future()

    def look() -> None:
        try:
            future.set_result(check())
        except (LandshotError, OSError) as error:
            log.warning("%s: %s", name, error)
            future.set_result(Part("does not answer; the server's log says why"))
        except Exception:
            log.exception("%s cannot be checked", name)
            future.set_result(Part("cannot be checked; the server's log says why"))

    threading.Thread(target=look, name=f"landshot-check-{name}", daemon=True).start()
    return future
