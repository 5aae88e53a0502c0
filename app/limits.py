"""How large one map may be, and how many classes it may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import RegionTooLargeError, TooManyClassesError

if TYPE_CHECKING:
    from geodata.grid import Region

MAX_PIXELS = 2_000_000_000
"""Of one map: a box that reaches far beyond a small scene is a mistake before it is a full disk."""

MOST_CLASSES = 254
"""Of one map: values are 1..254."""


def refuse_too_many_pixels(region: Region, most: int) -> None:
    """Raise RegionTooLargeError where a region has more pixels than one request may map."""
    height, width = region.shape
    refuse_pixel_count(height * width, most)


def refuse_pixel_count(count: int, most: int) -> None:
    """The same, where no more than the number is known."""
    if count > most:
        raise RegionTooLargeError(
            f"The region has {count:,} pixels and one request may map {most:,} "
            "(LANDSHOT_MAX_PIXELS); choose a smaller bbox."
        )


def refuse_too_many_classes(count: int, most: int) -> None:
    """Raise TooManyClassesError where a request has more classes than it may."""
    if count > most:
        raise TooManyClassesError(
            f"{count:,} classes, and a request may have {most:,} (LANDSHOT_MAX_CLASSES); merge or leave out some."
        )
