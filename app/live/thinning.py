"""Every n-th pixel of a region, for tiles that show too much of it to predict it all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from app.sources import Opened
    from geodata.grid import Region, Window

_AT_ONCE: Final = 65_536
"""Pixels that are read together."""


@dataclass(frozen=True, slots=True, eq=False)
class Thinning:
    """Rows and columns of a region, the same ones for all tiles of a zoom."""

    region: Region
    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    geobox: GeoBox
    """A grid with a pixel for each of them."""

    @classmethod
    def of(cls, region: Region, window: Window, step: int) -> Self:
        """Those of a window, the middle one of each square of so many rows and columns."""
        height, width = region.shape
        top, left = window.row - window.row % step, window.col - window.col % step
        rows = np.arange(top + step // 2, min(window.row + window.height + step, height), step)
        cols = np.arange(left + step // 2, min(window.col + window.width + step, width), step)
        corner = region.geobox.affine @ Affine.translation(left, top) @ Affine.scale(step)
        return cls(region, rows, cols, GeoBox((len(rows), len(cols)), corner, region.geobox.crs))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.cols)

    def read(self, opened: Opened) -> Iterator[NDArray[np.float32]]:
        """Reflectance (T, B, h, w), some rows at a time.

        Raises:
            LandshotError: of reading the imagery.
        """
        together = max(1, _AT_ONCE // len(self.cols))
        for first in range(0, len(self.rows), together):
            some = self.rows[first : first + together]
            rows, cols = np.meshgrid(some, self.cols, indexing="ij")
            cube = opened.imagery.read_pixels(self.region, rows.ravel(), cols.ravel())
            shape = cube.reflectance.shape[:2]
            yield cube.reflectance.reshape(*shape, len(some), len(self.cols))
