"""Reading many files at a time, in memory that has a limit; what cannot be read is known by its scene."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geodata.imagery.stac.retries import AssetError
from geodata.imagery.stac.survey import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
    from concurrent.futures import Future, ThreadPoolExecutor

    from numpy.typing import NDArray

    from geodata.imagery.stac.scene import Scene

Values = dict["Hashable", "NDArray[Any]"]
"""What was read, by what it is called in the work that it is for."""


class ScenesLostError(Exception):
    """Files that were there before cannot be read any more, or not where they are needed."""

    def __init__(self, failed: Sequence[Failed]) -> None:
        super().__init__(", ".join(one.scene.id for one in failed))
        self.failed = tuple(failed)


@dataclass(frozen=True, slots=True)
class SceneRead:
    """One file to read."""

    scene: Scene

    what: str
    """The file's name for people: `B04`, `mask`."""

    read: Callable[[], Values]
    """Raises AssetError."""


class SceneReads:
    """The reads of one piece of work; when a file of a scene has failed, its others are left alone."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._failed: dict[str, Failed] = {}

    def start(self, reads: Iterable[SceneRead]) -> list[Future[Values]]:
        """Begin to read."""
        return [self._pool.submit(self._one, read) for read in reads]

    def finish(self, under_way: Iterable[Future[Values]]) -> Values:
        """Wait for what was started.

        Raises:
            ScenesLostError: names all scenes of which something could not be read.
        """
        values: Values = {}
        for future in under_way:
            values |= future.result()
        if self._failed:
            raise ScenesLostError([self._failed[name] for name in sorted(self._failed)])
        return values

    def _one(self, read: SceneRead) -> Values:
        if read.scene.id in self._failed:
            return {}
        try:
            return read.read()
        except AssetError as error:
            self._failed[read.scene.id] = Failed(read.scene, error.cause, f"{read.what}: {error.reason}")
            return {}


class Memory:
    """What work in progress may take together; who wants more than is left waits."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._taken = 0
        self._freed = threading.Condition()

    @contextmanager
    def taken(self, wanted: int) -> Iterator[None]:
        """Take so many bytes for a while; who wants more than the limit gets it alone."""
        wanted = min(wanted, self.limit)
        with self._freed:
            self._freed.wait_for(lambda: self._taken + wanted <= self.limit)
            self._taken += wanted
        try:
            yield
        finally:
            with self._freed:
                self._taken -= wanted
                self._freed.notify_all()
