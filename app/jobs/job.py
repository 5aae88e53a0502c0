"""A job as it stands: what was asked, how far it is, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

Status = Literal["accepted", "running", "successful", "failed", "dismissed"]
"""As OGC API - Processes 1.0 names them: waiting, being made, done, not possible, cancelled."""

STATUSES: Final[tuple[Status, ...]] = get_args(Status)

UNDER_WAY: Final[tuple[Status, ...]] = ("accepted", "running")


@dataclass(frozen=True, slots=True)
class Job:
    """One row of the table `jobs`, with its finished tiles counted. Times are seconds since 1970."""

    id: str
    number: int
    """Counts all jobs in the order of their arrival."""

    owner: str
    status: Status
    request: str
    """The body of POST /adapt; empty in lists, where many would be megabytes."""

    again: bool
    """Make the map even where it is there."""

    created: float
    started: float | None
    finished: float | None
    updated: float
    stage: str
    """What is being done, as a person reads it; empty before it has begun."""

    message: str
    map_id: str | None
    adaptation_id: str | None
    adaptation_version: int | None
    problem: Mapping[str, Any] | None
    """RFC 9457 problem details of a failure."""

    tile_size: int | None
    tiles_total: int | None
    tiles_done: int

    @property
    def is_over(self) -> bool:
        """Whether nothing of it will change."""
        return self.status not in UNDER_WAY

    @property
    def progress(self) -> int:
        """Per cent, from finished tiles; 100 only for a job that is done."""
        if self.status == "successful":
            return 100
        return min(99, 100 * self.tiles_done // self.tiles_total) if self.tiles_total else 0
