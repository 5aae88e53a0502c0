"""Imagery whose pixels are seen with those around them: means over squares, date by date and band by band.

On the real scenes a 3 x 3 mean brings three points of balanced accuracy for composites of a season, and nothing or
little for a single clear date (`benchmarks/spatial_context.py`); it blurs what is narrower than three pixels.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from geodata.cube import Cube
from geodata.grid import Window
from geodata.imagery.wrapped import WrappedImagery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geodata.grid import Region
    from geodata.imagery import ImagerySource


def with_neighbours(imagery: ImagerySource, size: int) -> ImagerySource:
    """Imagery through squares of `size` pixels a side, odd; 1 is the imagery itself."""
    return imagery if size == 1 else Neighbourhoods(imagery, size)


class Neighbourhoods(WrappedImagery):
    """Other imagery through squares of `size` pixels. A pixel that is not clear stays so; others count where they are.

    Squares end at the region's edges. The random sample of a region stays that of single pixels: it tells the
    region's level and spread, which squares hardly change.
    """

    def __init__(self, imagery: ImagerySource, size: int) -> None:
        """`size` is odd: pixels along a side."""
        if size < 1 or size % 2 == 0:
            raise ValueError(f"a square around a pixel has an odd side, not {size}")
        super().__init__(imagery)
        self._reach = size // 2
        self._fingerprint = hashlib.sha256(f"{imagery.fingerprint} {size}".encode()).hexdigest()

    @property
    def fingerprint(self) -> str:
        """Another for each size."""
        return self._fingerprint

    @property
    def scaling(self) -> str:
        """How stored numbers become reflectance, and then means."""
        side = 2 * self._reach + 1
        return f"{self._imagery.scaling}; then the mean of {side} x {side} pixels"

    def read_region(self, region: Region, window: Window) -> Cube:
        """Means (T, B, h, w) of a window of the region; NaN where the pixel itself has no value."""
        height, width = region.shape
        top, left = max(window.row - self._reach, 0), max(window.col - self._reach, 0)
        bottom = min(window.row + window.height + self._reach, height)
        right = min(window.col + window.width + self._reach, width)
        cube = self._imagery.read_region(region, Window(top, left, bottom - top, right - left))
        padded = np.full(
            (*cube.reflectance.shape[:2], window.height + 2 * self._reach, window.width + 2 * self._reach),
            np.nan,
            dtype=np.float32,
        )
        row, col = top - window.row + self._reach, left - window.col + self._reach
        padded[:, :, row : row + bottom - top, col : col + right - left] = cube.reflectance
        shifted = [
            padded[:, :, down : down + window.height, along : along + window.width]
            for down, along in self._offsets()
        ]
        return Cube(_means(shifted), cube.bands, cube.day_of_year)

    def read_pixels(self, region: Region, rows: NDArray[np.int64], cols: NDArray[np.int64]) -> Cube:
        """Means (T, B, n, 1) around single pixels of the region."""
        height, width = region.shape
        moved = [(rows + down - self._reach, cols + along - self._reach) for down, along in self._offsets()]
        cube = self._imagery.read_pixels(
            region,
            np.concatenate([np.clip(r, 0, height - 1) for r, _ in moved]),
            np.concatenate([np.clip(c, 0, width - 1) for _, c in moved]),
        )
        found = cube.reflectance.reshape(*cube.reflectance.shape[:2], len(moved), len(rows), 1)
        inside = [(r >= 0) & (r < height) & (c >= 0) & (c < width) for r, c in moved]
        shifted = [
            np.where(there[:, None], found[:, :, number], np.float32(np.nan))
            for number, there in enumerate(inside)
        ]
        return Cube(_means(shifted), cube.bands, cube.day_of_year)

    def _offsets(self) -> Iterator[tuple[int, int]]:
        side = range(2 * self._reach + 1)
        return ((down, along) for down in side for along in side)


def _means(shifted: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Mean of what is there, one pixel's terms always in the same order: so it does not depend on the window."""
    centre = shifted[len(shifted) // 2]
    total, count = np.zeros_like(centre), np.zeros_like(centre)
    for values in shifted:
        there = np.isfinite(values)
        total += np.where(there, values, np.float32(0.0))
        count += there
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(centre), total / count, np.float32(np.nan))
