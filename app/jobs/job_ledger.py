"""The finished tiles of a job, in the database; their values, in a folder of the job's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.errors import HandBackError, JobCancelledError
from geodata.grid import tiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.jobs.leases import Leases
    from app.streaming import Streaming


@dataclass(frozen=True, slots=True)
class JobLedger:
    """Keeps what is finished, and ends the work when somebody wants that."""

    leases: Leases
    job_id: str
    map_id: str
    tile_size: int | None
    """How the region was cut when the job began first; None: it begins now."""

    workspace: Path
    stopping: Callable[[], bool]
    """Whether this worker has to end."""

    def begin(
        self, streaming: Streaming, shape: tuple[int, int], *, resumed: bool
    ) -> tuple[Streaming, frozenset[int]]:
        """Cut as the first worker did: this one may have other cores, and other memory."""
        same = streaming if self.tile_size is None else replace(streaming, tile_size=self.tile_size)
        count = sum(1 for _ in tiles(shape, same.tile_size))
        finished = self.leases.begin_tiles(self.job_id, self.map_id, same.tile_size, count, resumed=resumed)
        return same, finished

    def finished(self, tile: int) -> None:
        """Remember a tile.

        Raises:
            JobCancelledError: the job is no longer this worker's.
            HandBackError: this worker has to end.
        """
        if not self.leases.finish_tile(self.job_id, tile):
            raise JobCancelledError("the job was cancelled, or another worker has it")
        if self.stopping():
            raise HandBackError("the worker ends; another one goes on with the job")
