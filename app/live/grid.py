"""Web map tiles over the grid of a map."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import morecantile
import numpy as np
from rasterio.crs import CRS
from rasterio.warp import calculate_default_transform
from rasterio.warp import transform as to_crs

from geodata.grid import Window, lonlat_bounds

if TYPE_CHECKING:
    from odc.geo.geobox import GeoBox

MAX_ZOOM: Final = 24

TMS_ID: Final = "WebMercatorQuad"
TMS: Final = morecantile.tms.get(TMS_ID)

MERCATOR: Final = CRS.from_epsg(3857)

NATIVE: Final = 1.8
"""Pixels of a map along one of a tile, up to which tiles are cut from the map itself. GDAL takes an overview where the
tile's pixels are 1.9 times as large as the map's, or larger."""

_AROUND: Final = 2  # pixels: what the nearest pixel of a tile's edge may lie beyond it
_EDGE_POINTS: Final = 21
_MUCH_LARGER: Final = 4.0


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile of the WebMercatorQuad."""

    z: int
    x: int
    y: int
    size: int
    """Pixels a side."""

    @property
    def exists(self) -> bool:
        """Whether there is such a column and row at that zoom."""
        return max(self.x, self.y) < 1 << self.z

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top in Web Mercator."""
        left, bottom, right, top = TMS.xy_bounds(morecantile.Tile(self.x, self.y, self.z))
        return left, bottom, right, top

    @property
    def lonlat_bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        west, south, east, north = TMS.bounds(morecantile.Tile(self.x, self.y, self.z))
        return west, south, east, north


@dataclass(frozen=True, slots=True)
class MapGrid:
    """The grid of a map, as tiles see it."""

    geobox: GeoBox
    bounds_lonlat: tuple[float, float, float, float]
    """West, south, east, north in degrees; west > east over the antimeridian."""

    resolution: float
    """Of a pixel in Web Mercator, in its metres."""

    @classmethod
    def of(cls, geobox: GeoBox) -> MapGrid:
        """Found out once for each grid."""
        return _grid_of(geobox)

    @property
    def maxzoom(self) -> int:
        """The zoom whose pixels are nearest to the map's."""
        return min(MAX_ZOOM, int(TMS.zoom_for_res(self.resolution)))

    @property
    def minzoom(self) -> int:
        """The zoom at which the whole map is about one tile."""
        height, width = self.geobox.shape
        halvings = max(0, math.ceil(math.log2(max(height, width) / 256)))
        return max(0, self.maxzoom - halvings)

    def pixels_per_tile_pixel(self, tile: Tile) -> float:
        """How many of the map's pixels lie along one of a tile's."""
        left, _, right, _ = tile.bounds
        return (right - left) / tile.size / self.resolution

    def is_native(self, tile: Tile) -> bool:
        """Whether a tile shows the map's own pixels, and none of an overview."""
        return self.pixels_per_tile_pixel(tile) < NATIVE

    def under(self, tile: Tile) -> Window | None:
        """The pixels of the map that a tile can show; None where it shows none."""
        height, width = (int(side) for side in self.geobox.shape)
        whole = Window(0, 0, height, width)
        if not self._may_meet(tile):
            return None
        left, bottom, right, top = tile.bounds
        if right - left > _MUCH_LARGER * max(height, width) * self.resolution:
            return whole  # its far corners may be where the map's CRS has no coordinates
        along = np.linspace(0, 1, _EDGE_POINTS)
        xs = np.concatenate(
            [left + along * (right - left)] * 2 + [np.full(_EDGE_POINTS, x) for x in (left, right)]
        )
        ys = np.concatenate(
            [np.full(_EDGE_POINTS, y) for y in (bottom, top)] + [bottom + along * (top - bottom)] * 2
        )
        x, y = (np.asarray(v) for v in to_crs(MERCATOR, _crs_of(self.geobox), xs.tolist(), ys.tolist()))
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            return whole
        inverse = ~self.geobox.affine
        cols = inverse.a * x + inverse.b * y + inverse.c
        rows = inverse.d * x + inverse.e * y + inverse.f
        row, col = math.floor(rows.min()) - _AROUND, math.floor(cols.min()) - _AROUND
        lower, righter = math.ceil(rows.max()) + _AROUND, math.ceil(cols.max()) + _AROUND
        window = Window(row, col, lower - row, righter - col).clipped(whole)
        return window if window.height and window.width else None

    def _may_meet(self, tile: Tile) -> bool:
        west, south, east, north = self.bounds_lonlat
        left, bottom, right, top = tile.lonlat_bounds
        if top < south or bottom > north:
            return False
        spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        return any(right >= w and left <= e for w, e in spans)


@lru_cache(maxsize=256)
def _grid_of(geobox: GeoBox) -> MapGrid:
    height, width = (int(side) for side in geobox.shape)
    box = geobox.boundingbox
    affine, _, _ = calculate_default_transform(
        _crs_of(geobox), MERCATOR, width, height, box.left, box.bottom, box.right, box.top
    )
    return MapGrid(geobox, lonlat_bounds(geobox), max(abs(affine.a), abs(affine.e)))


def _crs_of(geobox: GeoBox) -> CRS:
    return CRS.from_user_input(str(geobox.crs))
