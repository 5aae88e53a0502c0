"""All pixels of a region, or of a large one every n-th row and column, some at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geodata.grid import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from app.sources import Opened
    from geodata.grid import Region

MOST_PIXELS: Final = 1_048_576
"""Looked at: all of a region up to this, else a regular sample of every n-th row and column."""

_AT_ONCE: Final = 65_536
"""Pixels that are read together."""


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """Some rows of a walk."""

    rows: NDArray[np.int64]
    """(h,) in the region's pixels."""

    reflectance: NDArray[np.float32]
    """(T, B, h, w) at these rows and the columns of the walk; NaN where there is none."""


def step_of(region: Region) -> int:
    """Every so many rows and columns are looked at; 1: all pixels."""
    height, width = region.shape
    return math.ceil(math.sqrt(height * width / MOST_PIXELS))


def strips_of(region: Region, opened: Opened, step: int) -> Iterator[Strip]:
    """Read what is to be looked at, from the top down.

    Raises:
        LandshotError: of reading the imagery.
    """
    height, width = region.shape
    if step == 1:
        together = max(1, _AT_ONCE // width)
        for row in range(0, height, together):
            window = Window(row, 0, min(together, height - row), width)
            cube = opened.imagery.read_region(region, window)
            yield Strip(np.arange(row, row + window.height), cube.reflectance)
        return
    # The middle one of each n; of a region that is narrower than that, its last one.
    cols = np.arange(min(step // 2, width - 1), width, step, dtype=np.int64)
    lines = np.arange(min(step // 2, height - 1), height, step, dtype=np.int64)
    together = max(1, _AT_ONCE // len(cols))
    for first in range(0, len(lines), together):
        some = lines[first : first + together]
        grid_rows, grid_cols = np.meshgrid(some, cols, indexing="ij")
        cube = opened.imagery.read_pixels(region, grid_rows.ravel(), grid_cols.ravel())
        dates, bands = cube.reflectance.shape[:2]
        yield Strip(some, cube.reflectance.reshape(dates, bands, len(some), len(cols)))
