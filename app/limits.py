"""How large one map may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import RegionTooLargeError

if TYPE_CHECKING:
    from geodata.grid import Region

MAX_PIXELS = 2_000_000_000
"""Of one map: a box that reaches far beyond a small scene is a mistake before it is a full disk."""


def refuse_too_many_pixels(region: Region, most: int) -> None:
    """Raise RegionTooLargeError where a region has more pixels than one request may map."""
    height, width = region.shape
    if height * width > most:
        raise RegionTooLargeError(
            f"The region has {height * width:,} pixels and one request may map {most:,}; choose a smaller bbox."
        )
