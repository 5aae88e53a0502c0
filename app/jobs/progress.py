"""What a job's clients see of its stages, and when anything was last heard of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.progress import Stage

_TELL_EVERY_S = 1.0


class JobProgress:
    """Tells each stage as it begins, and how far it is about every second."""

    def __init__(self, tell: Callable[[str, str], object]) -> None:
        """`tell` takes the stage, and in a few words where it is."""
        self.moved = time.monotonic()
        """When it last went on; a tile that hangs does not."""
        self._tell = tell
        self._stage = ""
        self._told = 0.0

    def begin(self, stages: Sequence[Stage]) -> None:
        """Stages are told as they come."""

    def advance(self, stage: str, done: float, total: float, note: str = "") -> None:
        """`done` of `total` of a stage."""
        self.moved = time.monotonic()
        if stage == self._stage and (done >= total or self.moved - self._told < _TELL_EVERY_S):
            return
        self._stage, self._told = stage, self.moved
        self._tell(stage, note)

    def close(self) -> None:
        """Nothing is left open."""
