"""Imagery of recent adaptations, kept open: a correction must not search a catalogue again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from app.adaptations.remembered import RememberedImagery
from app.map_request import ImageryRequest
from app.progress import NoProgress
from app.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from app.sources import Opened, Source
    from app.sources.holding import Holding

T = TypeVar("T")

_DECIDING: Final = tuple(field.name for field in fields(ImageryRequest))
"""Of a settled request's fields those that decide about its imagery."""

MOST_HELD: Final = 8
"""Each open catalogue has threads of its own."""


@dataclass(eq=False, slots=True)
class Held:
    """One request's imagery."""

    ready: threading.Lock = field(default_factory=threading.Lock)
    """Taken while it is being opened."""

    holding: Holding | None = None
    users: int = 0
    is_dropped: bool = False
    _known: tuple[Opened, Opened] | None = None

    def remembering(self, opened: Opened) -> Opened:
        """The same, with samples that are drawn once."""
        if self._known is None or self._known[0] is not opened:
            self._known = (opened, replace(opened, imagery=RememberedImagery(opened.imagery)))
        return self._known[1]


class Shelf:
    """Keeps the imagery that was used last; many threads may use it."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self._most = most
        self._held: OrderedDict[tuple[Any, ...], Held] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self, source: Source, request: ImageryRequest, *, fresh: bool = False) -> Iterator[Borrowed]:
        """The imagery of a settled request, opened where it is not yet.

        Args:
            source: of the imagery.
            request: `Source.settled`.
            fresh: look again what a catalogue has.

        Raises:
            LandshotError: there is no imagery to use.
        """
        key = (source.name, *(getattr(request, name) for name in _DECIDING))
        held = self._take(key, fresh=fresh)
        try:
            with held.ready:
                if held.holding is None:
                    held.holding = source.hold(request, Watch(NoProgress()))
            yield Borrowed(held, held.holding)
        finally:
            self._give_back(key, held)

    def close(self) -> None:
        """Close all that nobody uses; the rest closes when it is given back."""
        with self._lock:
            dropped = list(self._held.values())
            self._held.clear()
            for held in dropped:
                held.is_dropped = True
            idle = [held for held in dropped if not held.users]
        _close(idle)

    def _take(self, key: tuple[Any, ...], *, fresh: bool) -> Held:
        idle: list[Held] = []
        with self._lock:
            if fresh and (old := self._held.pop(key, None)):
                idle += self._drop(old)
            held = self._held.setdefault(key, Held())
            held.users += 1
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                idle += self._drop(self._held.popitem(last=False)[1])
        _close(idle)
        return held

    def _give_back(self, key: tuple[Any, ...], held: Held) -> None:
        with self._lock:
            held.users -= 1
            if held.holding is None and self._held.get(key) is held:  # it could not be opened
                del self._held[key]
            is_over = held.is_dropped and not held.users
        if is_over:
            _close([held])

    @staticmethod
    def _drop(held: Held) -> list[Held]:
        held.is_dropped = True
        return [] if held.users else [held]


@dataclass(frozen=True, slots=True)
class Borrowed:
    """Imagery that stays open while it is borrowed."""

    _held: Held
    _holding: Holding

    def work(self, work: Callable[[Opened], T]) -> T:
        """Do something with it; see `Holding.work`."""
        return self._holding.work(lambda opened: work(self._held.remembering(opened)))


@dataclass(frozen=True, slots=True)
class ImageryOf:
    """The imagery of a version, or of whoever only looks, to be opened when it is needed."""

    _shelf: Shelf
    _source: Source
    _request: ImageryRequest

    def borrowed(self) -> AbstractContextManager[Borrowed]:
        """While this lasts it is open.

        Raises:
            LandshotError: it cannot be opened.
        """
        return self._shelf.borrow(self._source, self._request)


def _close(idle: list[Held]) -> None:
    for held in idle:
        if held.holding is not None:
            held.holding.close()
