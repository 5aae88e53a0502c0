"""What was found out of versions: each is found out once, whoever asks, and the last ones are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.adaptations.version import Version

T = TypeVar("T")


class Kept(Generic[T]):
    """One thing of each version; many threads may use it. A version never changes, so neither does what is kept."""

    def __init__(self, most: int) -> None:
        """`most` are kept: those that were asked for last."""
        self._most = most
        self._found: OrderedDict[tuple[str, int], Future[T]] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, version: Version) -> Future[T] | None:
        """What is there already, or None; never waits."""
        with self._lock:
            future = self._found.get((version.adaptation_id, version.number))
        return future if future is not None and future.done() else None

    def get(self, version: Version, find_out: Callable[[], T]) -> T:
        """What is there, else what `find_out` gives; whoever comes meanwhile waits. Failures are not kept."""
        key = (version.adaptation_id, version.number)
        with self._lock:
            there = self._found.get(key)
            future = there or Future()
            self._found[key] = future
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        if there is not None:
            return there.result()
        try:
            future.set_result(find_out())
        except BaseException as error:
            with self._lock:
                if self._found.get(key) is future:
                    del self._found[key]
            future.set_exception(error)
            raise
        return future.result()
