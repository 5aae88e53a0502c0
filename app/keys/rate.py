"""Requests of a key in the course of time: a bucket of tokens for each, in the memory of this process."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BUCKETS = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    seen: float


class RequestRates:
    """Holds a minute's requests for each owner; they come back evenly, a sixtieth of them a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def wait_s(self, owner: str, per_minute: int) -> int:
        """Take one request of an owner's.

        Args:
            owner: id of a key.
            per_minute: its quota; at least 1.

        Returns:
            0 where it may go on, otherwise whole seconds until it may come again.
        """
        now, per_second = self._clock(), per_minute / 60
        bucket = self._buckets.get(owner)
        if bucket is None:
            self._make_room(now)
            bucket = self._buckets[owner] = _Bucket(float(per_minute), now)
        bucket.tokens = min(float(per_minute), bucket.tokens + (now - bucket.seen) * per_second)
        bucket.seen = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0
        return max(1, math.ceil((1 - bucket.tokens) / per_second))

    def _make_room(self, now: float) -> None:
        """Forget those whose buckets are full again: they were not seen for a minute."""
        if len(self._buckets) >= MOST_BUCKETS:
            self._buckets = {
                owner: bucket for owner, bucket in self._buckets.items() if now - bucket.seen < 60
            }
