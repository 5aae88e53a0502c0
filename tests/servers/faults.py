"""What can go wrong with an answer, on purpose."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

Kind = Literal["status", "short file", "cut", "stall", "drop"]


@dataclass(frozen=True)
class Fault:
    """One thing that happens to requests for some paths."""

    kind: Kind

    times: int | None = None
    """Requests that it happens to, for each path apart; None: all."""

    status: int = 503

    headers: dict[str, str] = field(default_factory=dict)

    share: float = 0.5
    """Of the file (`short file`) or of each answer's body (`cut`) that is left."""

    seconds: float = 60.0
    """How long a stalled answer takes."""


def unavailable(times: int | None = 1, *, status: int = 503, retry_after: int | None = None) -> Fault:
    """An answer 503 (or 429, 500, 502, 504), once for each path unless said otherwise."""
    return Fault("status", times, status, {} if retry_after is None else {"Retry-After": str(retry_after)})


def missing() -> Fault:
    """404, always."""
    return Fault("status", status=404)


def forbidden(times: int | None = None) -> Fault:
    """403, as from a token that has expired."""
    return Fault("status", times, 403)


def short_file(share: float = 0.5) -> Fault:
    """The file itself was cut off when it was stored: all agrees, only that the rest is not there."""
    return Fault("short file", share=share)


def cut_off(times: int | None = None, *, share: float = 0.5) -> Fault:
    """The connection ends in the middle of each answer's body."""
    return Fault("cut", times, share=share)


def stalled(times: int | None = None, *, seconds: float = 60.0) -> Fault:
    """Nothing comes for a long time; then the answer does."""
    return Fault("stall", times, seconds=seconds)


def dropped(times: int | None = None) -> Fault:
    """The connection ends without an answer."""
    return Fault("drop", times)


class Faults:
    """Patterns of paths (as of `fnmatch`, `*` also across `/`) and what happens to them, the latest first."""

    def __init__(self) -> None:
        self._by_pattern: list[tuple[str, Fault, Counter[str]]] = []
        self._lock = threading.Lock()

    def add(self, pattern: str, fault: Fault) -> None:
        with self._lock:
            self._by_pattern.insert(0, (pattern, fault, Counter()))

    def clear(self) -> None:
        with self._lock:
            self._by_pattern.clear()

    def strike(self, path: str) -> Fault | None:
        """What happens to a request, which is counted by this."""
        with self._lock:
            for pattern, fault, struck in self._by_pattern:
                if fnmatchcase(path, pattern) and (fault.times is None or struck[path] < fault.times):
                    struck[path] += 1
                    return fault
        return None

    def struck(self) -> int:
        """Requests that anything has happened to, since the last `clear`."""
        with self._lock:
            return sum(struck.total() for _, _, struck in self._by_pattern)
