"""Between places in longitude and latitude and the pixels of a grid."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox


def pixel_at(lon: float, lat: float, grid: GeoBox) -> tuple[int, int] | None:
    """Row and column of the pixel that a place falls into; None where it lies beside the grid.

    Args:
        lon: degrees (WGS 84); a turn more or less is the same place.
        lat: degrees.
        grid: pixels.
    """
    inverse, (height, width) = ~grid.affine, grid.shape
    to_crs = Transformer.from_crs(4326, str(grid.crs), always_xy=True)
    # In degrees a grid over the antimeridian goes on beyond 180, or begins before -180.
    for turn in (0, 360, -360) if grid.crs is not None and grid.crs.geographic else (0,):
        x, y = to_crs.transform(lon, lat)
        if not (math.isfinite(x) and math.isfinite(y)):
            return None
        col, row = inverse @ (x + turn, y)
        if 0 <= row < height and 0 <= col < width:
            return math.floor(row), math.floor(col)
    return None


def pixel_centres(
    rows: NDArray[np.int64], cols: NDArray[np.int64], grid: GeoBox
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude (n,) of the middle of each pixel, in degrees (WGS 84)."""
    affine = grid.affine
    x = affine.a * (cols + 0.5) + affine.b * (rows + 0.5) + affine.c
    y = affine.d * (cols + 0.5) + affine.e * (rows + 0.5) + affine.f
    lon, lat = Transformer.from_crs(str(grid.crs), 4326, always_xy=True).transform(x, y)
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
