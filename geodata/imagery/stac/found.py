"""What a search gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from geodata.imagery.stac.scene import Scene


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A scene in box and period that is not used, and why."""

    id: str
    href: str | None
    """Of the Item."""

    time: datetime | None
    """UTC."""

    cause: Literal["cloudy", "unwanted", "flawed", "replaced"]
    """Too cloudy; kept out by another filter; its description is not usable; processed again since."""

    reason: str
    """For people."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave."""

    scenes: tuple[Scene, ...]
    """Sorted by time, then id."""

    left_out: tuple[LeftOut, ...]
    """Sorted likewise. A server that filters does not tell of what it left out for us."""
